"""The pages' time over HTTP, logged in, beside the time of a page that asks the database nothing; and their queries."""

from __future__ import annotations

import http.cookiejar
import os
import re
import statistics
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator

from bench.data import PASSWORD
from tests.browser.program import Program

RUNS = 30
PAGES = [
    ("ana0", "/", "client's home"),
    ("sofia", "/", "desk's inbox"),
    ("carlos", "/", "consultant's work"),
    ("sofia", "/tickets/", "ticket list"),
    ("sofia", "/tickets/?q=remito&state=open", "ticket list, words"),
    ("sofia", "/tickets/1003/", "ticket, desk"),
    ("ana0", "/tickets/1003/", "ticket, client"),
    ("sofia", "/tickets/1003/log/", "state log"),
    ("sofia", "/tickets.xlsx", "Excel of all"),
]


def measure(program: Program, tickets: int) -> Iterator[str]:
    """Yield a line a page: median and 95th percentile in ms, ratio to the bound, SQL queries."""
    sessions = {name: _logged_in(program, name) for name in ("ana0", "sofia", "carlos")}
    bound = statistics.median(_times(urllib.request.build_opener(), f"{program.url}/health/"))
    yield f"bound: the page that asks nothing           {bound:8.1f} ms"
    for name, path, label in PAGES:
        times = sorted(_times(sessions[name], program.url + path))
        median, high = statistics.median(times), times[int(len(times) * 0.95)]
        count = _queries(program, name, path)
        yield f"{label:<42} {median:8.1f} ms   p95 {high:6.1f}   ×{median / bound:5.1f}   {count:2} queries"


def _logged_in(program: Program, name: str) -> urllib.request.OpenerDirector:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{program.url}/login/").read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    typed = {"csrfmiddlewaretoken": token[1], "username": name, "password": PASSWORD}
    answer = opener.open(f"{program.url}/login/", urllib.parse.urlencode(typed).encode())
    assert answer.url == f"{program.url}/", answer.url
    return opener


def _times(opener: urllib.request.OpenerDirector, url: str) -> list[float]:
    opener.open(url).read()
    times = []
    for _run in range(RUNS):
        before = time.perf_counter()
        opener.open(url).read()
        times.append((time.perf_counter() - before) * 1000)
    return times


def _queries(program: Program, name: str, path: str) -> int:
    """Count a page's SQL queries, in this process on the same database."""
    os.environ.update(CIRCUITO_DATA=str(program.folder), DJANGO_SETTINGS_MODULE="circuito.config.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from circuito.people.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=name), "circuito.people.backend.NameOrMailBackend")
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    connection.close()
    return len(captured)
