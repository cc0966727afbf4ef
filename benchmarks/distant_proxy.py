"""TCP proxy that adds latency: FROM_PORT TO_PORT ROUND_TRIP_MS."""

import asyncio
import sys
from functools import partial


async def main() -> None:
    """Serve until killed."""
    here, there, milliseconds = map(int, sys.argv[1:])
    serve = partial(connect, there, milliseconds / 2000)
    async with await asyncio.start_server(serve, "127.0.0.1", here) as server:
        await server.serve_forever()


async def connect(
    port: int, delay: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Forward a connection to the real server."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(pump(reader, far_writer, delay), pump(far_reader, writer, delay))


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Forward data with a delay; bandwidth is not limited."""
    loop = asyncio.get_running_loop()
    try:
        while data := await reader.read(262_144):
            loop.call_later(delay, writer.write, data)
        await asyncio.sleep(delay * 2)
    except ConnectionError:
        pass  # either end may hang up
    writer.close()


if __name__ == "__main__":
    asyncio.run(main())
