"""A program that speaks for one of the cast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from circuito.api.tokens import issue_token
from circuito.clock import now
from tests.cast import Cast

ROOT = "/api/v1"


@dataclass
class Program:
    """Sends requests with somebody's token, or with none."""

    token: str = ""

    def get(self, path: str) -> Any:
        return self._client().get(path if path.startswith(ROOT) else ROOT + path)

    def post(self, path: str, body: object = None, **form: Any) -> Any:
        if form:
            return self._client().post(ROOT + path, form)
        data = "" if body is None else body
        return self._client().post(ROOT + path, data, content_type="application/json")

    def _client(self) -> Client:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return Client(raise_request_exception=False, headers=headers)


Speak = Callable[[str], Program]


@pytest.fixture
def speak(cast: Cast) -> Speak:
    """Return a function that gives the program of one of the cast; of nobody, one without a token."""

    def as_person(name: str) -> Program:
        return Program(issue_token(getattr(cast, name), now())) if name else Program()

    return as_person


def problem_of(answer: HttpResponse, status: int, kind: str) -> dict[str, Any]:
    """Return the problem that `answer` holds, having checked its form."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
    assert body["type"] == f"/problems/{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body
