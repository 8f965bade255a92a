"""A request whose reader is known."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from circuito.people.actor import Actor


class Request(HttpRequest):
    """What views are given: `actor` is set by the middleware `reader`."""

    actor: Actor
    htmx: HtmxDetails
