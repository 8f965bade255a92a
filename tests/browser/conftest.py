"""The program, its mail and the browser, once for all that is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import Desk
from tests.browser.program import CHROMIUM, CHROMIUM_OPTIONS, Program, running_program
from tests.sink import Sink

COMPANY = Path(__file__).parent / "company.json"


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture(scope="session")
def program(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running_program(tmp_path_factory.mktemp("program"), sink.url, COMPANY) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is missing: tests/need-browser installs it or says how."
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield started
        started.close()


@pytest.fixture
def desk(browser: Browser, program: Program, sink: Sink) -> Iterator[Desk]:
    """Everybody's browser, logged out, and no mail read yet; what a test opened is closed after it."""
    yield Desk(browser, program, sink)
    for context in browser.contexts:
        context.close()
