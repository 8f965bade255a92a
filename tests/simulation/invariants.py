"""What must be true of the year, reckoned from the rows by other means than the program's own."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.db.models import Count, Sum

from circuito.contracts.models import Closure, Contract, WorkCalendar
from circuito.notices.models import Notice
from circuito.people.models import Client, User
from circuito.rules.circuit import replay
from circuito.tickets.models import Deadline, HourEntry, Promise, Question, Quote, StateChange, Ticket, TimeEntry
from tests.simulation.world import World

FINISHED = ("validated", "void")


def logs_replay() -> None:
    """Every state log can have happened, and ends where the ticket stands."""
    steps: dict[int, list[str]] = defaultdict(list)
    for ticket, step in StateChange.objects.order_by("id").values_list("ticket_id", "step"):
        steps[ticket].append(step)
    for pk, state in Ticket.objects.values_list("pk", "state"):
        assert list(replay(steps[pk]))[-1] == state


def the_ledger_sums() -> None:
    """What is free, reserved and consumed of a contract is what came in and did not lapse; periods end at nothing."""
    for contract in Contract.objects.exclude(plan="none"):
        rows = HourEntry.objects.filter(contract=contract)
        by_kind = dict(rows.order_by().values_list("kind").annotate(total=Sum("minutes")))
        free = sum(by_kind.values())
        reserved = -(by_kind.get("reserved", 0) + by_kind.get("released", 0))
        came_in = by_kind.get("bought", 0) + by_kind.get("adjusted", 0) + by_kind.get("lapsed", 0)
        worked = TimeEntry.objects.filter(hour_entries__contract=contract, voided_at=None).distinct()
        consumed = worked.aggregate(total=Sum("minutes"))["total"] or 0
        assert -by_kind.get("consumed", 0) == consumed
        assert free + reserved + consumed == came_in
        assert by_kind.get("carried", 0) == 0
        assert reserved >= 0
    _finished_tickets_hold_nothing()
    _every_month_is_granted_once()


def _finished_tickets_hold_nothing() -> None:
    held = HourEntry.objects.filter(kind__in=("reserved", "released")).order_by()
    for row in held.values("ticket_id", "ticket__state").annotate(total=Sum("minutes")):
        assert row["total"] <= 0
        assert row["total"] == 0 or row["ticket__state"] not in FINISHED


def _every_month_is_granted_once() -> None:
    for contract in Contract.objects.filter(plan="monthly"):
        grants = HourEntry.objects.filter(contract=contract, once__startswith="grant ", period__lt=date(2027, 1, 1))
        months = list(grants.order_by("period").values_list("period", flat=True))
        assert months == [date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 13))]


def every_promise_has_its_notice() -> None:
    """Who asked was told of each promised date, with the date in it, in the mail of the step that gave it."""
    told = defaultdict(list)
    for notice in Notice.objects.filter(kind__in=("assigned", "reassigned", "redated")):
        told[notice.ticket_id, notice.created_at].append(notice)
    for promise in Promise.objects.select_related("consultant"):
        mails = told[promise.ticket_id, promise.at]
        assert len(mails) == 1, promise.pk
        day = promise.promised_on
        shown = {f"{day:%d/%m/%Y}", f"{day.day} {day:%b} {day.year}"}
        if mails[0].kind != "reassigned":
            assert any(form in mails[0].text for form in shown)
        assert promise.consultant is not None
        assert mails[0].kind == "redated" or promise.consultant.name in mails[0].text
    assert not Promise.objects.filter(settled_at=None).values("ticket").annotate(n=Count("pk")).filter(n__gt=1)


def promises_are_measured_rightly() -> None:
    """Kept where the solution came by the end of the day, broken where the day went by without it.

    Waiting for the client moves that end later, never earlier.
    """
    solved = defaultdict(list)
    for ticket, at in StateChange.objects.filter(step="resolve").values_list("ticket_id", "at"):
        solved[ticket].append(at)
    asked = set(Question.objects.values_list("ticket_id", flat=True))
    for promise in Promise.objects.exclude(settled_at=None).select_related("ticket__contract__calendar"):
        assert promise.settled_at is not None
        ends = _midnight_after(promise, _row_of(promise.ticket))
        in_time = promise.settled_at < ends
        kept = True if promise.settled_at in solved[promise.ticket_id] else None
        allowed = {kept} if in_time else {False, kept} if promise.ticket_id in asked else {False}
        assert promise.kept in allowed, promise.pk


def _midnight_after(promise: Promise, row: WorkCalendar) -> datetime:
    day = promise.promised_on + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(row.zone))


def no_deadline_is_outside_support_hours() -> None:
    """Every due date, and the warning before it, lies within hours, or at their very end; promises on working days."""
    for row in Deadline.objects.exclude(due_at=None).select_related("ticket__contract__calendar", "ticket__urgency"):
        if not _runs_always(row):
            moments = [moment for moment in (row.due_at, row.warn_at) if moment is not None]
            assert any(all(_worked(kept, moment) for moment in moments) for kept in _calendars_of(row)), row.pk
    for promise in Promise.objects.select_related("ticket__contract__calendar"):
        assert _is_workday(_row_of(promise.ticket), promise.promised_on), promise.pk


def _calendars_of(row: Deadline) -> list[WorkCalendar]:
    """The ticket's; and what it went by until reception found that its client's contract does not cover it."""
    before = Contract.objects.filter(client=row.ticket.client, calendar__isnull=False).select_related("calendar")
    own = [contract.calendar for contract in before if contract.calendar is not None]
    return [_row_of(row.ticket), *(own if row.clock == "first_answer" else [])]


def _runs_always(row: Deadline) -> bool:
    """Critical tickets of such a contract; the client's urgency stands for the priority until reception gives one."""
    contract, ticket = row.ticket.contract, row.ticket
    urgent = ticket.urgency is not None and ticket.urgency.rank == 1 and row.clock == "first_answer"
    return contract is not None and contract.priority_1_always and (ticket.priority == 1 or urgent)


def no_expired_quote_was_accepted() -> None:
    """Acceptance came before the end of a working day in the client's zone."""
    for quote in Quote.objects.select_related("ticket__client", "ticket__contract__calendar"):
        zone = ZoneInfo(_client_of(quote.ticket).time_zone)
        # Not "at midnight": where the clock is changed at midnight there is none.
        moments = (quote.expires_at - timedelta(seconds=1), quote.expires_at)
        days = tuple(moment.astimezone(zone).date() for moment in moments)
        assert days == (quote.expires_on, quote.expires_on + timedelta(days=1)), quote.pk
        assert _is_workday(_row_of(quote.ticket), quote.expires_on), quote.pk
        assert quote.answer != "accepted" or (quote.answered_at and quote.answered_at < quote.expires_at)
        assert (quote.answer in ("accepted", "rejected")) == hasattr(quote, "decision")


def _client_of(ticket: Ticket) -> Client:
    assert ticket.client is not None
    return ticket.client


def nobody_was_told_twice() -> None:
    """A week's digest comes once to each person, whatever crashed."""
    for kind in ("pending_validation", "staff_digest"):
        weeks: set[tuple[str, str]] = set()
        for recipient, at in Notice.objects.filter(kind=kind).values_list("recipient", "created_at"):
            zone = _zone_of(recipient)
            year, week, _day = at.astimezone(zone).isocalendar()
            assert (recipient, f"{year}-{week}") not in weeks, (kind, recipient, at)
            weeks.add((recipient, f"{year}-{week}"))
    again = Notice.objects.exclude(change=None).values("change", "kind", "recipient").annotate(n=Count("pk"))
    assert not again.filter(n__gt=1)


def _zone_of(recipient: str) -> ZoneInfo:
    user = User.objects.select_related("client").get(email=recipient)
    return ZoneInfo(user.client.time_zone if user.client else "America/Montevideo")


def digests_are_complete(world: World, at: datetime) -> None:
    """After the jobs ran: whoever has something to validate, and whose hour of this week has come, was told."""
    waiting: dict[str, Ticket] = {}
    for ticket in Ticket.objects.filter(state="resolved", state_changed_at__lt=at).select_related(
        "client", "requester", "contract__calendar"
    ):
        assert ticket.requester is not None
        waiting.setdefault(ticket.requester.email, ticket)
    if not waiting:
        return
    recent = Notice.objects.filter(kind="pending_validation", created_at__gt=at - timedelta(days=8))
    told = {
        (recipient, _week(_zone_of(recipient), when))
        for recipient, when in recent.values_list("recipient", "created_at")
    }
    for email, ticket in waiting.items():
        zone = _zone_of(email)
        local = at.astimezone(zone)
        monday = local.date() - timedelta(days=local.weekday())
        days = [monday + timedelta(days=n) for n in range(1, 7)]  # the setting says Tuesday
        row = _row_of(ticket)
        day = next((each for each in days if _is_workday(row, each)), days[0])
        if (local.date(), local.hour) >= (day, 9):
            assert (email, _week(zone, at)) in told, (email, at)


def _week(zone: ZoneInfo, at: datetime) -> tuple[int, int]:
    year, week, _day = at.astimezone(zone).isocalendar()
    return year, week


def _row_of(ticket: Ticket) -> WorkCalendar:
    own = ticket.contract.calendar if ticket.contract else None
    return own or _standard()


_known: dict[str, object] = {}


def _standard() -> WorkCalendar:
    if "standard" not in _known:
        _known["standard"] = WorkCalendar.objects.filter(standard=True).first() or WorkCalendar(
            zone="America/Montevideo", country="UY"
        )
    return _known["standard"]  # type: ignore[return-value]


def _days_off(row: WorkCalendar) -> tuple[object, set[object], set[object]]:
    key = f"off {row.pk}"
    if key not in _known:
        public = holidays.country_holidays(row.country) if row.country else {}
        own = list(Closure.objects.filter(calendar=None)) + list(Closure.objects.filter(calendar=row.pk or 0))
        _known[key] = public, {c.day for c in own if not c.works}, {c.day for c in own if c.works}
    return _known[key]  # type: ignore[return-value]


def _is_workday(row: WorkCalendar, day: object) -> bool:
    public, off, worked = _days_off(row)
    is_off = day in off or (day in public and day not in worked)  # type: ignore[operator]
    return bool(row.hours[day.weekday()]) and not is_off  # type: ignore[attr-defined]


def _worked(row: WorkCalendar, moment: datetime) -> bool:
    """By the wall clock: within the hours of its day, or at the end of them."""
    local = moment.astimezone(ZoneInfo(row.zone))
    if not _is_workday(row, local.date()):
        return False
    clock = f"{local:%H:%M}"
    seconds = local.second or local.microsecond
    return any(start <= clock < end or (clock == end and not seconds) for start, end in row.hours[local.weekday()])
