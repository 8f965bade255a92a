"""A request whose reader is known."""

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from circuito.people.actor import Actor


class Request(HttpRequest):
    """What views are given: `actor` is set by the middleware `reader`, and `timer`, his entry that runs or None.

    Nothing is asked for the timer until somebody looks at it.
    """

    actor: Actor
    timer: Any
    htmx: HtmxDetails


def asked_words(request: Request) -> str:
    """Return what is looked for, as a database takes it."""
    return request.GET.get("q", "").replace("\0", "").strip()[:190]
