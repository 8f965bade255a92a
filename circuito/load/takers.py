"""What each entry of a history does: its fields, given to the step function that the screens call too."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from circuito.load.entry import Entry, Outsider
from circuito.load.errors import Wrong
from circuito.steps import (
    assignment,
    closing,
    conversation,
    date_requests,
    quotation,
    resolution,
    service_mode,
    time,
    triage,
    validation,
    visits,
    waiting,
)
from circuito.steps.identification import credit, identify

#: What stands in an entry of the list `time` for the name of a step.
TIME = "time"


def asks_quote(entry: Entry) -> bool:
    """Tell whether a triage has the ticket quoted."""
    return entry.step == "ask_quote" or bool(entry.row.get("needs_quote"))


def _identify(e: Entry) -> None:
    identify(e.number, client=e.client("client"), **e.signed)


def _credit(e: Entry) -> None:
    credit(e.number, address=e.text("address"), **e.signed)


def _triage(e: Entry) -> None:
    kind, priority = e.text("kind"), int(e.row["priority"])
    triage.triage(e.number, kind=kind, priority=priority, needs_quote=asks_quote(e), note=e.text("note"), **e.signed)


def _reclassify(e: Entry) -> None:
    triage.reclassify(e.number, kind=e.text("kind"), priority=int(e.row["priority"]), **e.signed)


def _quote(e: Entry) -> None:
    send = quotation.requote if e.step == "requote" else quotation.quote
    send(
        e.number,
        hours=e.hours("hours"),
        low=e.hours_or_none("low"),
        high=e.hours_or_none("high"),
        expires_on=e.day_or_none("expires_on"),
        scope=e.text("scope"),
        note=e.text("note"),
        files=e.files(),
        **e.signed,
    )


def _ask_about_quote(e: Entry) -> None:
    question, scope = e.text("question"), e.text("proposed_scope")
    quotation.ask_about_quote(e.number, question=question, proposed_scope=scope, **e.signed)


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


def _ask_date(e: Entry) -> None:
    date_requests.ask_date(e.number, wished_on=e.day("wished_on"), reason=e.text("reason"), **e.signed)


def _ask_client(e: Entry) -> None:
    waiting.ask_client(e.number, question=e.text("question"), files=e.files(), **e.signed)


def _answer_client(e: Entry) -> None:
    conversation.answer_client(e.number, body=e.text("body"), files=e.files(), **e.signed)


def _resume(e: Entry) -> None:
    waiting.resume(e.number, reason=e.text("reason"), **e.signed)


def _set_mode(e: Entry) -> None:
    service_mode.set_mode(e.number, mode=e.text("mode"), reason=e.text("reason"), **e.signed)


def _plan_visit(e: Entry) -> None:
    visits.plan_visit(
        e.number,
        person=e.user("person"),
        starts_at=e.instant("starts_at"),
        ends_at=e.instant("ends_at"),
        place=e.text("place"),
        note=e.text("note"),
        **e.signed,
    )


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
    conversation.add_message(
        e.number,
        body=e.text("body"),
        internal=internal,
        channel=channel,
        sender=sender,
        files=e.files(),
        **e.signed,
    )


def _time(e: Entry) -> None:
    if not e.actor.is_staff:
        raise Wrong(f"{e.path}.by", _("El tiempo lo anota el personal de soporte, no un cliente."))
    time.add_entry(
        e.number,
        started_at=e.instant("from"),
        ended_at=e.at,
        note=e.text("note"),
        internal=bool(e.row.get("internal")),
        mode=e.text("mode") or "remote",
        actor=e.actor,
        now=e.at,
    )


#: By the entry's step; `TIME` is what a ticket's list `time` has.
TAKERS: dict[str, Callable[[Entry], None]] = {
    "identify": _identify,
    "credit": _credit,
    "triage": _triage,
    "ask_quote": _triage,
    "reclassify": _reclassify,
    "quote": _quote,
    "requote": _quote,
    "ask_about_quote": _ask_about_quote,
    "accept_quote": _accept_quote,
    "reject_quote": _reject_quote,
    "expire_quote": _expire_quote,
    "assign": _assign,
    "reassign": _reassign,
    "redate": _redate,
    "ask_date": _ask_date,
    "ask_client": _ask_client,
    "answer_client": _answer_client,
    "resume": _resume,
    "set_mode": _set_mode,
    "plan_visit": _plan_visit,
    "resolve": _resolve,
    "conform": _conform,
    "not_conform": _not_conform,
    "withdraw": _withdraw,
    "void": _void,
    "reopen": _reopen,
    "message": _message,
    "note": _message,
    TIME: _time,
}
