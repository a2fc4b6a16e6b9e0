"""A server that answers as a test says, request by request, right or wrong."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from model_runtime.load.target import Target

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
ASKED = b"POST /api/predict HTTP/1.1\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def scripted(answer: Callable[[int], bytes]) -> Iterator[Target]:
    """Serve until the block ends.

    Args:
        answer: Returns what is sent for a request, by its number, which begins with 1; where that
            is no whole answer, or the last one, the connection ends.
    """
    loop, number = asyncio.new_event_loop(), 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal number
        while await reader.read(65_536):
            number += 1
            writer.write(said := answer(number))
            if said not in (OK, BUSY):
                break
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        port = server.sockets[0].getsockname()[1]
        yield Target(f"http://127.0.0.1:{port}", "/api/predict", "none", [ASKED])
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
