"""One database suffices: the queries are plain, and PostgreSQL costs two seconds a test."""

import pytest


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url
