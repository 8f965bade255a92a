"""The pages' time over HTTP, logged in, beside the time of the page that asks the least; and their SQL queries."""

from __future__ import annotations

import http.cookiejar
import os
import re
import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from bench.data import PASSWORD
from tests.browser.program import Program

RUNS = 30
PAGES = [
    ("ana0", "/", "client's home"),
    ("sofia", "/", "desk's inbox"),
    ("carlos", "/", "consultant's work"),
    ("sofia", "/tickets/", "ticket list, first page"),
    ("sofia", "/tickets/?state=assigned", "ticket list, by state"),
    ("sofia", "/tickets/?q=remito+balance", "ticket list, by words"),
    ("sofia", "/tickets/1007/", "ticket, desk"),
    ("ana1", "/tickets/1007/", "ticket, client"),
    ("sofia", "/tickets/1007/log/", "state log"),
    ("sofia", "/tickets.xlsx", "Excel of all"),
]


def measure(program: Program) -> Iterator[str]:
    """Yield a line a page: median and 95th percentile in ms, ratio to the bound, SQL queries."""
    sessions = {name: _logged_in(program, name) for name in sorted({name for name, _path, _label in PAGES})}
    bound = _times(build_opener(), f"{program.url}/health/")
    yield f"\nPages over HTTP, logged in, median of {RUNS}"
    yield f"  {'bound: /health/':<36} {median(bound):7.1f} ms  p95 {_p95(bound):6.1f}"
    for name, path, label in PAGES:
        times = _times(sessions[name], program.url + path)
        line = f"  {label:<36} {median(times):7.1f} ms  p95 {_p95(times):6.1f}   ×{median(times) / median(bound):5.1f}"
        yield f"{line} of bound  {_queries(program, name, path):2} queries"


def _logged_in(program: Program, name: str) -> OpenerDirector:
    opener = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{program.url}/login/", timeout=30).read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None, "the login has no token"
    typed = {"csrfmiddlewaretoken": token[1], "username": name, "password": PASSWORD}
    answer = opener.open(f"{program.url}/login/", urlencode(typed).encode(), timeout=30)
    assert answer.url == f"{program.url}/", f"{name} cannot log in: {answer.url}"
    return opener


def _times(opener: OpenerDirector, url: str) -> list[float]:
    """Return the milliseconds of each run, the first one left out."""
    return [_milliseconds(opener, url) for _run in range(RUNS + 1)][1:]


def _milliseconds(opener: OpenerDirector, url: str) -> float:
    before = time.perf_counter()
    answer = opener.open(url, timeout=30)
    answer.read()
    after = time.perf_counter()
    assert answer.url == url, f"{url} led to {answer.url}"
    return (after - before) * 1000


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _queries(program: Program, name: str, path: str) -> int:
    """Count a page's SQL queries, in this process on the same database."""
    os.environ.update(program.environment | {"DJANGO_SETTINGS_MODULE": "circuito.config.settings"})
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from circuito.people.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=name), "circuito.people.backend.NameOrMailBackend")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    connection.close()
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return len(captured)
