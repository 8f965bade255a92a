"""A request of the API whose token was recognised."""

from django.http import HttpRequest

from circuito.people.actor import Actor


class ApiRequest(HttpRequest):
    """What the API's functions are given: `auth` is who the token speaks for."""

    auth: Actor
