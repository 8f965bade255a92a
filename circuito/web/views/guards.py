"""Who a page is for, said once above the view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase

from circuito.rules.circuit import Role
from circuito.web.request import Request

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def _only(allowed: Callable[[Any], bool]) -> Callable[[View[P]], View[P]]:
    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not allowed(request.actor):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(View[P], guarded)

    return guard


reception_only = _only(lambda actor: actor.does_reception)
managers_only = _only(lambda actor: actor.role == Role.MANAGER)
staff_only = _only(lambda actor: actor.is_staff)
clients_only = _only(lambda actor: actor.is_client)
