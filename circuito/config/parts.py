"""The three servers that make up the program; each runs alone, on one machine or on many."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, cast

from circuito.config.environment import Environment

M_ARENA_MAX = -8  # of malloc.h
WEB_THREADS = 6
WORKER_JOBS = 4
MAILBOX_SECONDS = 15  # what a mailbox takes at most to finish the mail in hand
MAX_REQUEST_BYTES = 420 * 1024 * 1024  # a form with as many and as large files as are allowed


def web(environment: Environment) -> None:
    """Serve the screens and the API until SIGTERM."""
    import waitress

    from circuito.config.wsgi import application

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    secure = environment.base_url.startswith("https://")
    waitress.serve(
        application,
        host=environment.web_host,
        port=environment.web_port,
        threads=WEB_THREADS,
        ident="",
        max_request_body_size=MAX_REQUEST_BYTES,
        trusted_proxy="127.0.0.1" if secure else None,
        trusted_proxy_headers={"x-forwarded-proto"} if secure else set(),
        clear_untrusted_proxy_headers=True,
        _quiet=True,
    )


def worker(environment: Environment) -> None:
    """Run the jobs until SIGTERM; those begun are finished first."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector
    from procrastinate.worker import Worker

    from circuito.config import pulse
    from circuito.jobs import HEARTBEAT_SECONDS, STALLED_SECONDS

    async def run() -> None:
        running = app.with_connector(cast(DjangoConnector, app.connector).get_worker_connector())
        async with running.open_async():
            cast(Any, running).perform_import_paths()
            worker = Worker(
                app=running,
                concurrency=WORKER_JOBS,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=20,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )
            pulse.watch(worker)
            await cast(Any, worker).run()

    asyncio.run(run())


def mail(environment: Environment) -> None:
    """Listen for mail, and fetch it from the mailboxes, until SIGTERM."""
    from circuito.intake.imap import watch_all
    from circuito.intake.smtp import serve

    ending = threading.Event()
    mailboxes = threading.Thread(target=watch_all, args=[ending], name="mailboxes", daemon=True)
    mailboxes.start()

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve(environment.smtp_host, environment.smtp_port, stop)

    asyncio.run(run())
    ending.set()
    mailboxes.join(MAILBOX_SECONDS)


def preload() -> None:
    """Import what the parts need, once, so that processes forked afterwards share its memory."""
    _few_arenas()
    import waitress  # noqa: F401
    from django.urls import get_resolver

    from circuito.config.wsgi import application  # noqa: F401

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def _few_arenas() -> None:
    """Have glibc keep two heaps, not eight a core: threads that made a large answer would each hold on to theirs."""
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    except (OSError, AttributeError):
        return  # another C library: nothing to set


PARTS: dict[str, Callable[[Environment], None]] = {"web": web, "worker": worker, "mail": mail}
