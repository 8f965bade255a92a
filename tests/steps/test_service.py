"""Remote and on site: a client's leave, its secret seen once and told; sessions and their time; the mode."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.views.debug import ExceptionReporter

from circuito.access import NoSuchTicket
from circuito.clock import now
from circuito.notices.models import Notice
from circuito.rules.circuit import StepRefused
from circuito.secrets import UnreadableSecret, seal, unseal
from circuito.steps.access_consents import give_access, purge_secrets, revoke_access, see_access
from circuito.steps.assignment import reassign
from circuito.steps.errors import InvalidInput
from circuito.steps.remote_sessions import note_session
from circuito.steps.service_mode import set_mode
from circuito.tickets.models import AccessConsent, RemoteSession, SecretLook, StateChange, Ticket, TimeEntry
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.steps.served import SECRET, a_consent

HOUR = timedelta(hours=1)


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_on_site_wants_a_reason_which_the_client_is_told(cast: Cast) -> None:
    number, dora = a_ticket(cast, "ready").number, cast.actor("dora")
    with pytest.raises(InvalidInput, match="no se puede resolver en forma remota") as refused:
        set_mode(number, mode="on_site", actor=dora, now=now())
    assert refused.value.field == "reason"
    assert set_mode(number, mode="on_site", reason="No hay red", actor=dora, now=now()).mode == "on_site"
    assert "No hay red" in Notice.objects.get(kind="mode_changed").text
    with pytest.raises(InvalidInput, match="ya es la modalidad"):
        set_mode(number, mode="on_site", reason="x", actor=dora, now=now())
    assert set_mode(number, mode="remote", actor=dora, now=now()).mode == "remote"


def give(cast: Cast, number: int, who: str = "ana", **more: Any) -> AccessConsent:
    typed: dict[str, Any] = {"server": "srv-erp-01", "method": "VPN", "secret": SECRET}
    times = {"valid_from": now(), "valid_until": now() + HOUR}
    return give_access(number, actor=cast.actor(who), now=now(), **(typed | times | more))


def test_a_leave_is_sealed_told_to_the_consultant_and_its_secret_kept_out_of_the_log(cast: Cast) -> None:
    consent = give(cast, a_ticket(cast, "assigned").number)
    assert SECRET not in consent.secret
    assert told("access_given") == [cast.carlos.email]
    change = StateChange.objects.get(step="give_access")
    assert change.detail["server"] == "srv-erp-01"
    assert "4471" not in json.dumps(change.detail) + Notice.objects.get(kind="access_given").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"server": " "}, "server"),
        ({"server": "x" * 161}, "server"),
        ({"method": ""}, "method"),
        ({"secret": "x" * 2001}, "secret"),
        ({"valid_until": now() - HOUR, "valid_from": now() - 2 * HOUR}, "valid_until"),
        ({"valid_from": now() + 2 * HOUR}, "valid_until"),
        ({"valid_until": now() + timedelta(days=91)}, "valid_until"),
    ],
)
def test_a_leave_that_cannot_be_is_refused(cast: Cast, typed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        give(cast, a_ticket(cast, "assigned").number, **typed)
    assert refused.value.field == field
    assert not AccessConsent.objects.exists()


def test_the_secret_is_seen_once_by_who_has_the_ticket_and_the_client_is_told(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    consent = give(cast, number, "beto")
    assert see_access(number, consent_id=consent.pk, actor=cast.actor("carlos"), now=now()) == SECRET
    assert told("access_seen") == [cast.beto.email]
    assert StateChange.objects.filter(step="see_access").count() == SecretLook.objects.count() == 1
    with pytest.raises(InvalidInput, match=r"Carlos Gómez ya vio estos datos el .* pida al cliente que los cargue"):
        see_access(number, consent_id=consent.pk, actor=cast.actor("carlos"), now=now())
    assert StateChange.objects.filter(step="see_access").count() == SecretLook.objects.count() == 1
    assert "4471" not in json.dumps(list(StateChange.objects.values_list("detail", flat=True)))
    assert not Notice.objects.filter(text__contains="4471").exists()


def test_who_gets_the_ticket_next_has_his_own_look(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    consent = a_consent(cast, number)
    see_access(number, consent_id=consent.pk, actor=cast.actor("carlos"), now=now())
    reassign(number, consultant=cast.carla, actor=cast.actor("dora"), now=now())
    with pytest.raises(StepRefused):
        see_access(number, consent_id=consent.pk, actor=cast.actor("carlos"), now=now())
    assert see_access(number, consent_id=consent.pk, actor=cast.actor("carla"), now=now()) == SECRET


@pytest.mark.parametrize("name", ["ana", "dora", "carla", "mario"])
def test_nobody_else_sees_the_secret(cast: Cast, name: str) -> None:
    number = a_ticket(cast, "assigned").number
    with pytest.raises(StepRefused):
        see_access(number, consent_id=a_consent(cast, number).pk, actor=cast.actor(name), now=now())


@pytest.mark.parametrize(
    ("starts", "ends", "sentence"), [(-9, -1, "venció"), (1, 9, "todavía no empezó"), (-1, 9, "ningún dato secreto")]
)
def test_only_a_leave_that_holds_is_opened(cast: Cast, starts: float, ends: float, sentence: str) -> None:
    number = a_ticket(cast, "assigned").number
    consent = a_consent(cast, number, starts=starts, ends=ends, secret="" if "dato" in sentence else SECRET)
    with pytest.raises(InvalidInput, match=sentence):
        see_access(number, consent_id=consent.pk, actor=cast.actor("carlos"), now=now())
    assert not SecretLook.objects.exists()


def test_a_leave_of_another_ticket_is_none(cast: Cast) -> None:
    number, other = a_ticket(cast, "assigned").number, a_ticket(cast, "assigned").number
    with pytest.raises(InvalidInput, match="no es de este ticket"):
        see_access(number, consent_id=a_consent(cast, other).pk, actor=cast.actor("carlos"), now=now())
    with pytest.raises(InvalidInput, match="no es de este ticket"):
        revoke_access(number, consent_id=a_consent(cast, other).pk, actor=cast.actor("ana"), now=now())


def test_any_user_of_the_client_revokes_at_any_time_and_the_secret_is_gone(cast: Cast) -> None:
    number = a_ticket(cast, "validated").number
    consent = a_consent(cast, number)
    with pytest.raises(NoSuchTicket):
        revoke_access(number, consent_id=consent.pk, actor=cast.actor("zoe"), now=now())
    revoke_access(number, consent_id=consent.pk, actor=cast.actor("beto"), now=now())
    consent.refresh_from_db()
    assert (consent.secret, consent.revoked_by) == ("", cast.beto)
    with pytest.raises(InvalidInput, match="ya fue revocado"):
        revoke_access(number, consent_id=consent.pk, actor=cast.actor("ana"), now=now())


def test_what_is_revoked_is_seen_no_more_and_the_consultant_is_told(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    consent = a_consent(cast, number)
    revoke_access(number, consent_id=consent.pk, actor=cast.actor("ana"), now=now())
    assert told("access_revoked") == [cast.carlos.email]
    with pytest.raises(InvalidInput, match="revocó"):
        see_access(number, consent_id=consent.pk, actor=cast.actor("carlos"), now=now())


def test_looks_are_never_changed_nor_deleted(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    see_access(number, consent_id=a_consent(cast, number).pk, actor=cast.actor("carlos"), now=now())
    with pytest.raises(DatabaseError), transaction.atomic():
        SecretLook.objects.update(person=cast.carla)
    with pytest.raises(DatabaseError), transaction.atomic():
        SecretLook.objects.all().delete()


def test_secrets_that_ran_out_are_emptied(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    past, fresh, held = (a_consent(cast, number, starts=-99, ends=ends) for ends in (-50, -40, 5))
    assert (purge_secrets(now() - timedelta(days=2)), purge_secrets(now() - timedelta(days=2))) == (1, 0)
    left = dict(AccessConsent.objects.values_list("pk", "secret"))
    assert (left[past.pk], bool(left[fresh.pk]), bool(left[held.pk])) == ("", True, True)


def test_a_trace_of_where_a_secret_was_has_none(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    secret = see_access(number, consent_id=a_consent(cast, number).pk, actor=cast.actor("carlos"), now=now())
    trace = "".join(ExceptionReporter(None, *_failed(secret)).get_traceback_html())
    assert "secret" in trace
    assert str(secret) not in trace


def _failed(secret: str) -> Any:
    try:
        raise RuntimeError("a step broke")
    except RuntimeError:
        return sys.exc_info()


def test_a_servers_secret_opens_no_mailbox() -> None:
    with pytest.raises(UnreadableSecret):
        unseal(seal(SECRET, b"one purpose"), b"another")


def session(cast: Cast, number: int, who: str = "carlos", **more: Any) -> RemoteSession:
    begun = now() - HOUR
    typed: dict[str, Any] = {
        "server": "srv",
        "started_at": begun,
        "ended_at": begun + HOUR / 2,
        "note": "Se corrigió el índice",
    }
    return note_session(number, actor=cast.actor(who), now=now(), **(typed | more))


def test_a_session_enters_its_time(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    noted = session(cast, number, consent_id=a_consent(cast, number, starts=-2).pk)
    assert (noted.server, noted.time_entry.minutes, noted.time_entry.mode) == ("srv-erp-01", 30, "remote")
    assert StateChange.objects.get(step="note_session").detail["note"] == "Se corrigió el índice"
    with pytest.raises(InvalidInput, match="Se superpone"):
        session(cast, number)
    assert RemoteSession.objects.count() == TimeEntry.objects.count() == 1


def test_of_an_internal_session_the_client_learns_the_server_and_neither_time_nor_note(cast: Cast) -> None:
    noted = session(cast, a_ticket(cast, "assigned").number, internal=True)
    assert noted.time_entry.internal
    assert StateChange.objects.get(step="note_session").detail == {
        "server": "srv",
        "internal_note": "Se corrigió el índice",
    }


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"note": " "}, "note"),
        ({"server": ""}, "server"),
        ({"consent_id": 999_999}, "consent_id"),
        ({"ended_at": now() - 2 * HOUR}, "ended_at"),
        ({"ended_at": now() + 2 * HOUR}, "ended_at"),
    ],
)
def test_a_session_that_cannot_be_is_refused(cast: Cast, typed: dict[str, Any], field: str) -> None:
    number = a_ticket(cast, "assigned").number
    with pytest.raises(InvalidInput) as refused:
        session(cast, number, **typed)
    assert refused.value.field == field
    assert not TimeEntry.objects.exists()


def test_a_session_by_a_leave_began_while_it_held(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    with pytest.raises(InvalidInput, match="fuera de lo que habilitó"):
        session(cast, number, consent_id=a_consent(cast, number, starts=-0.5).pk)


def test_a_ticket_with_access_does_not_go_to_another_client_with_it(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "received")
    consent = a_consent(cast, ticket.number)
    refused = browse("dora").post(f"/tickets/{ticket.number}/requester/", {"address": "zoe@otra.example"})
    assert refused.status_code == 422
    assert "que lo revoque antes" in refused.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).client == cast.acme
    consent.revoked_at = now()
    consent.save()
    browse("dora").post(f"/tickets/{ticket.number}/requester/", {"address": "zoe@otra.example"})
    assert Ticket.objects.get(pk=ticket.pk).client == cast.otra
