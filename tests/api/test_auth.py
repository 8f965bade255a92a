"""Who a token speaks for, and when it no longer speaks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from circuito.api.models import ApiToken
from circuito.clock import now
from tests.api.conftest import Program, Speak, problem_of
from tests.cast import Cast


def test_me(cast: Cast, speak: Speak) -> None:
    me = speak("ana").get("/me").json()
    assert me["email"] == "ana@acme.example"
    assert me["client"] == {"id": cast.acme.pk, "name": "Almacenes Acme S.A."}


def test_only_the_hash_is_kept(speak: Speak) -> None:
    token = speak("ana").token
    kept = ApiToken.objects.get()
    assert token.startswith("cto_")
    assert token not in str(kept.__dict__)


@pytest.mark.parametrize("token", ["", "cto_nada", "\N{SNOWMAN}"])
def test_no_good_token(cast: Cast, token: str) -> None:
    answer = Program(token).get("/tickets")
    problem_of(answer, 401, "unauthorized")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_user_put_out_of_use(cast: Cast, speak: Speak) -> None:
    program = speak("ana")
    cast.ana.is_active = False
    cast.ana.save()
    problem_of(program.get("/me"), 401, "unauthorized")


def test_client_put_out_of_use(cast: Cast, speak: Speak) -> None:
    program = speak("ana")
    cast.acme.active = False
    cast.acme.save()
    problem_of(program.get("/me"), 401, "unauthorized")


def test_last_use_is_noted_once_an_hour(speak: Speak) -> None:
    program = speak("ana")
    program.get("/me")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    program.get("/me")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=now() - timedelta(hours=2))
    program.get("/me")
    again = ApiToken.objects.get().last_used_at
    assert again is not None
    assert again > now() - timedelta(minutes=1)


def test_answers_in_the_reader_s_language(cast: Cast, speak: Speak) -> None:
    ticket = speak("ana").post("/tickets", {"title": "T", "description": "d"}).json()
    assert ticket["state_label"] == "Recibido"
    cast.ana.language = "xx"  # from a language that is no longer there
    cast.ana.save()
    assert speak("ana").get("/me").status_code == 200
