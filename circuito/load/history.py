"""A ticket's history, replayed: each entry through its own step function, by who took it, at its own time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from circuito.access import NoSuchTicket
from circuito.load.entry import Entry, Outsider
from circuito.load.errors import Wrong
from circuito.load.loading import Loading
from circuito.load.times import instant
from circuito.rules.circuit import STEPS, State, StepRefused, target_of
from circuito.steps import assignment, closing, quotation, resolution, triage, validation
from circuito.steps.conversation import add_message, mark_read
from circuito.steps.errors import InvalidInput, refusal
from circuito.steps.identification import credit, identify


def replay_history(number: int, row: dict[str, Any], path: str, opened_at: datetime, loading: Loading) -> State:
    """Take every step of the history; return the state it ends in. Raises `Wrong` at the first fault."""
    state, unread_from_client = State.RECEIVED, None
    for entry in _in_time_order(number, row, path, opened_at, loading):
        _take(entry)
        if entry.step in STEPS:
            state = _target(entry, state)
            loading.report.steps += 1
        else:
            loading.report.messages += 1
            loading.report.attachments += len(entry.row.get("attachments", []))
        unread_from_client = _read_and_unread(entry, unread_from_client)
    return state


def _in_time_order(
    number: int, row: dict[str, Any], path: str, opened_at: datetime, loading: Loading
) -> Iterator[Entry]:
    before = opened_at
    for index, entry in enumerate(row.get("history", [])):
        where = f"{path}.history[{index}]"
        at = instant(entry["at"], f"{where}.at", loading.now)
        if at < before:
            raise Wrong(f"{where}.at", _("Es anterior a lo que está antes: la historia va en orden de tiempo."))
        check_past(at, f"{where}.at", loading.now)
        before = at
        yield Entry(number, entry, where, at, loading)


def check_past(at: datetime, path: str, now: datetime) -> None:
    """Raise `Wrong` where `at` is still to come."""
    if at > now:
        raise Wrong(path, _("Todavía no llegó ese momento: la historia es lo que ya pasó."))


def _take(entry: Entry) -> None:
    try:
        _TAKERS[entry.step](entry)
    except InvalidInput as error:
        field = _FIELDS.get((entry.step, error.field), error.field)
        raise Wrong(f"{entry.path}.{field}", error.sentence) from error
    except StepRefused as error:
        raise Wrong(f"{entry.path}.step", refusal(error)) from error
    except NoSuchTicket as error:
        sentence = _("Esa persona no puede ver este ticket: es de otro cliente, o de uno fuera de uso.")
        raise Wrong(f"{entry.path}.by", sentence) from error


def _target(entry: Entry, state: State) -> State:
    return target_of(STEPS["ask_quote" if _asks_quote(entry) else entry.step], state)


def _read_and_unread(entry: Entry, from_client: bool | None) -> bool | None:
    """Whoever acts has read what the other side wrote. Return whether a client's message is unread."""
    if entry.by is None:
        return from_client
    if entry.step == "message" and not entry.row.get("internal"):
        return entry.is_by_client
    if from_client is not None and from_client != entry.is_by_client:
        mark_read(entry.number, actor=entry.actor)
        return None
    return from_client


def _asks_quote(entry: Entry) -> bool:
    return entry.step == "ask_quote" or bool(entry.row.get("needs_quote"))


def _identify(e: Entry) -> None:
    identify(e.number, client=e.client("client"), **e.signed)


def _credit(e: Entry) -> None:
    credit(e.number, address=e.text("address"), **e.signed)


def _triage(e: Entry) -> None:
    kind, priority = e.text("kind"), int(e.row["priority"])
    triage.triage(e.number, kind=kind, priority=priority, needs_quote=_asks_quote(e), note=e.text("note"), **e.signed)


def _quote(e: Entry) -> None:
    hours, expires_on = e.hours("hours"), e.day("expires_on")
    quotation.quote(e.number, hours=hours, expires_on=expires_on, note=e.text("note"), **e.signed)


def _accept_quote(e: Entry) -> None:
    quotation.accept_quote(e.number, remark=e.text("remark"), **e.signed)


def _reject_quote(e: Entry) -> None:
    quotation.reject_quote(e.number, remark=e.text("remark"), **e.signed)


def _expire_quote(e: Entry) -> None:
    quotation.expire_quote(e.number, now=e.at, quiet=True)


def _assign(e: Entry) -> None:
    consultant, promised_on = e.user("consultant"), e.day("promised_on")
    assignment.assign(e.number, consultant=consultant, promised_on=promised_on, note=e.text("note"), **e.signed)


def _reassign(e: Entry) -> None:
    consultant, promised_on = e.user("consultant"), e.day_or_none("promised_on")
    assignment.reassign(e.number, consultant=consultant, promised_on=promised_on, reason=e.text("reason"), **e.signed)


def _redate(e: Entry) -> None:
    assignment.redate(e.number, promised_on=e.day("promised_on"), reason=e.text("reason"), **e.signed)


def _resolve(e: Entry) -> None:
    resolution.resolve(e.number, solution=e.text("solution"), hours=e.hours("spent_hours"), **e.signed)


def _conform(e: Entry) -> None:
    validation.conform(e.number, remark=e.text("remark"), **e.signed)


def _not_conform(e: Entry) -> None:
    validation.not_conform(e.number, remark=e.text("remark"), **e.signed)


def _withdraw(e: Entry) -> None:
    closing.withdraw(e.number, remark=e.text("remark"), **e.signed)


def _void(e: Entry) -> None:
    closing.void(e.number, reason=e.text("reason"), **e.signed)


def _reopen(e: Entry) -> None:
    closing.reopen(e.number, reason=e.text("reason"), **e.signed)


def _message(e: Entry) -> None:
    internal = e.step == "note" or bool(e.row.get("internal"))
    if internal and not e.actor.is_staff:
        raise Wrong(f"{e.path}.by", _("Una nota interna la escribe el personal de soporte, no un cliente."))
    sender = (e.by.name, e.by.email) if isinstance(e.by, Outsider) else ("", "")
    channel = e.row.get("channel", "mail" if isinstance(e.by, Outsider) else "portal")
    add_message(
        e.number,
        body=e.text("body"),
        internal=internal,
        channel=channel,
        sender=sender,
        files=e.files(),
        **e.signed,
    )


_TAKERS: dict[str, Callable[[Entry], None]] = {
    "identify": _identify,
    "credit": _credit,
    "triage": _triage,
    "ask_quote": _triage,
    "quote": _quote,
    "accept_quote": _accept_quote,
    "reject_quote": _reject_quote,
    "expire_quote": _expire_quote,
    "assign": _assign,
    "reassign": _reassign,
    "redate": _redate,
    "resolve": _resolve,
    "conform": _conform,
    "not_conform": _not_conform,
    "withdraw": _withdraw,
    "void": _void,
    "reopen": _reopen,
    "message": _message,
    "note": _message,
}

#: Where the file's name for a thing is not the step's own.
_FIELDS = {("resolve", "hours"): "spent_hours"}
