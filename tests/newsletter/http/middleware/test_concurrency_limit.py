"""Places of clients among the requests that are worked on."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from newsletter.http.middleware.body_limits import ConcurrencyLimit


def test_one_client_takes_half_of_the_places() -> None:
    assert asyncio.run(statuses(["a", "a", "a", "b", "b", "c"])) == [0, 0, 503, 0, 0, 503]


async def statuses(clients: list[str]) -> list[int]:
    """Of requests that go on at once; 0 where one is worked on."""
    never = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await never.wait()

    limit, answers = ConcurrencyLimit(app, most=4), [0] * len(clients)

    async def ask(number: int, client: str) -> None:
        async def send(message: Message) -> None:
            answers[number] = message.get("status", answers[number])

        scope = {"type": "http", "path": "/", "method": "GET", "client": (client, 1)}
        await limit(scope, never.wait, send)

    async with asyncio.TaskGroup() as running:
        for number, client in enumerate(clients):
            running.create_task(ask(number, client))
        await asyncio.sleep(0)
        never.set()
    return answers
