"""Baseline: a route that durably inserts a row."""

import os
import sqlite3
import threading

import psycopg
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

DATABASE = os.environ["BARE_DATABASE"]
_own = threading.local()


def _insert(body: str) -> None:
    if DATABASE.startswith("postgresql:"):
        if not hasattr(_own, "connection"):
            _own.connection = psycopg.connect(DATABASE, autocommit=True)
        _own.connection.execute("INSERT INTO bare_visits VALUES (%s)", (body,))
        return
    if not hasattr(_own, "connection"):
        _own.connection = sqlite3.connect(DATABASE.removeprefix("sqlite:///"), timeout=15)
        _own.connection.isolation_level = None
        _own.connection.execute("PRAGMA synchronous = FULL")
    _own.connection.execute("INSERT INTO bare_visits VALUES (?)", (body,))


async def visit(request: Request) -> Response:
    """Store the posted form."""
    if request.method == "POST":
        await run_in_threadpool(_insert, (await request.body()).decode())
    return PlainTextResponse("kept\n")


app = Starlette(routes=[Route("/{path:path}", visit, methods=["GET", "POST"])])
