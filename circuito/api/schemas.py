"""What is answered: the shapes of tickets and all that is theirs. Instants are UTC, hours are text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel

from circuito.api.service_schemas import (
    AccessOut,
    ContractName,
    DateWishOut,
    DeadlineOut,
    QuestionOut,
    SessionOut,
    TimeOut,
    VisitOut,
)
from circuito.api.service_schemas import Named as Named


class Requester(BaseModel):
    """Who asked; `id` is null for an address without a user."""

    id: int | None
    name: str
    email: str


class TicketRow(BaseModel):
    """A ticket as lists show it. `priority` is null but to staff.

    `waiting_since` is null but while a question waits for the client's answer.
    """

    number: int
    title: str
    state: str
    state_label: str
    client: Named | None
    requester: Requester
    component: Named | None
    error_type: Named | None
    urgency: Named | None
    kind: str | None
    channel: str
    priority: int | None
    mode: str
    waiting_since: datetime | None
    consultant: Named | None
    previous_consultant: Named | None
    times_returned: int
    promised_on: date | None
    quoted_hours: Decimal | None
    opened_at: datetime
    state_changed_at: datetime
    url: str


class Page(BaseModel):
    """Some tickets, newest first, and the address of those that follow."""

    items: list[TicketRow]
    next: str | None


class Fact(BaseModel):
    """What a step decided, in words."""

    label: str
    value: str


class LogEntry(BaseModel):
    """One step taken: a line of the *log de estado*."""

    at: datetime
    step: str
    what: str
    who: str
    from_state: str | None
    to_state: str
    facts: list[Fact]
    texts: list[Fact]


class AttachmentOut(BaseModel):
    """A file; its bytes are at `url`."""

    id: int
    message: int | None
    quote: int | None
    name: str
    size: int
    sha256: str
    content_type: str
    at: datetime
    url: str


class MessageOut(BaseModel):
    """Something said; `internal` notes are seen by staff only."""

    id: int
    at: datetime
    who: str
    from_client: bool
    internal: bool
    channel: str
    body: str
    attachments: list[AttachmentOut]


class NoticeOut(BaseModel):
    """A mail that told of the ticket, and what became of it. `error` is for staff."""

    kind: str
    recipient: str
    subject: str
    fate: str
    fate_label: str
    internal: bool
    created_at: datetime
    settled_at: datetime | None
    error: str | None


class QuoteOut(BaseModel):
    """Hours asked, between `low` and `high` where there is a range; `answer` is null while the client may still say.

    It can be accepted until `expires_at`, the end of `expires_on` in the client's `zone`.
    """

    id: int
    version: int
    hours: Decimal
    low: Decimal | None
    high: Decimal | None
    scope: str
    expires_on: date
    expires_at: datetime
    zone: str
    note: str
    quoted_by: str | None
    quoted_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    remark: str


class PromiseOut(BaseModel):
    """A promised date; the last one holds. `kept` and `settled_at` are null until it is known, and but to staff."""

    promised_on: date
    consultant: str | None
    promised_by: str | None
    at: datetime
    reason: str
    kept: bool | None
    settled_at: datetime | None


class ValidationOut(BaseModel):
    """The client's word on a solution."""

    conform: bool
    remark: str
    validated_by: str | None
    at: datetime


class ResolutionOut(BaseModel):
    """A solution delivered. `spent_hours` is null but to staff."""

    solution: str
    consultant: str
    at: datetime
    spent_hours: Decimal | None
    validation: ValidationOut | None


class TicketOut(TicketRow):
    """A ticket, whole. `steps` tells where each open step is taken. `deadlines` are for staff."""

    description: str
    system_message: str
    suggested_client: Named | None
    contract: ContractName | None
    open_steps: list[str]
    steps: dict[str, str]
    quote: QuoteOut | None
    quotes: list[QuoteOut]
    promises: list[PromiseOut]
    date_requests: list[DateWishOut]
    questions: list[QuestionOut]
    time_entries: list[TimeOut]
    deadlines: list[DeadlineOut]
    accesses: list[AccessOut]
    sessions: list[SessionOut]
    visits: list[VisitOut]
    resolutions: list[ResolutionOut]
    messages: list[MessageOut]
    attachments: list[AttachmentOut]
    log: list[LogEntry]
    notices: list[NoticeOut]
    links: dict[str, str]


class Me(BaseModel):
    """Who a token speaks for."""

    id: int
    name: str
    email: str
    role: str
    client: Named | None
    language: str
    time_zone: str


class UrgencyOut(Named):
    """A *Nivel de Urgencia*; `rank` 1 is the most urgent."""

    rank: int


class ConsultantOut(Named):
    """A consultant and how many tickets he has now."""

    email: str
    load: int


class FieldError(BaseModel):
    """A value that cannot be used."""

    field: str
    detail: str
    code: str | None = None


class Problem(BaseModel):
    """RFC 9457: what went wrong, and for a refused step or a wrong value what to do instead."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] | None = None
    step: str | None = None
    state: str | None = None
    reason: str | None = None
    open_steps: list[str] | None = None


#: What any address may answer besides its success, for the documentation.
REFUSALS: dict[int, type[BaseModel]] = dict.fromkeys((401, 404, 409, 422), Problem)
