"""The mail door on a free port, in a thread of the test's own process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from circuito.intake.smtp import IDLE_SECONDS, serve
from tests.sink import free_port, wait_until


@contextmanager
def open_door(idle: float = IDLE_SECONDS, port: int = 0) -> Iterator[int]:
    """Run the mail door and give its port."""
    port, loop, stop = port or free_port(), asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve("127.0.0.1", port, stop, idle=idle),))
    thread.start()
    try:
        wait_until(lambda: _listens(port), 10)
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
