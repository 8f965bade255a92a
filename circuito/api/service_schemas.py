"""What is answered about how a ticket is served: contract, questions, time, deadlines, accesses, visits."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel


class Named(BaseModel):
    """Something with a number and a name: a client, a component, a consultant…"""

    id: int
    name: str


class ContractName(BaseModel):
    """The contract that covers a ticket. `id` is null but to staff."""

    id: int | None
    name: str


class ContractOut(BaseModel):
    """A contract: in_force, ends_soon, ended or to_come.

    `balance` are the hours free to use today, besides those `reserved` for accepted quotes; null where it has none.
    """

    id: int
    client: Named
    name: str
    kind: str
    starts_on: date
    ends_on: date | None
    state: str
    plan: str
    included_hours: Decimal | None
    balance: Decimal | None
    reserved: Decimal | None
    kinds: list[str]
    components: list[str]


class DecisionOut(BaseModel):
    """What was decided about a quote, word for word; `sha256` is of the text's UTF-8."""

    accepted: bool
    text: str
    sha256: str
    name: str
    email: str
    at: datetime


class QuestionOut(BaseModel):
    """A question that the work waits for; `ended_by` says what ended the wait: answer, resumed, step, lapsed."""

    id: int
    question: str
    asked_by: str | None
    asked_at: datetime
    answer: str | None
    ended_at: datetime | None
    ended_by: str | None


class DateWishOut(BaseModel):
    """The date that the client asked for: it promises nothing."""

    wished_on: date
    reason: str
    asked_by: str | None
    at: datetime


class TimeOut(BaseModel):
    """Time worked, in whole minutes; `ended_at` is null while a timer runs. Internal time is for staff only."""

    id: int
    person: str
    started_at: datetime
    ended_at: datetime | None
    minutes: int
    note: str
    internal: bool
    mode: str
    voided_at: datetime | None


class DeadlineOut(BaseModel):
    """One clock of the service level, for staff; `due_at` is null while it stands still."""

    clock: str
    cycle: int
    started_at: datetime
    target_minutes: int
    due_at: datetime | None
    met_at: datetime | None
    dropped_at: datetime | None
    breached_at: datetime | None
    cause: str


class LookOut(BaseModel):
    """A look at the secret of an access."""

    person: str
    at: datetime


class AccessOut(BaseModel):
    """A client's leave to enter a server, without its secret, which is told once, in `access-views`."""

    id: int
    server: str
    method: str
    valid_from: datetime
    valid_until: datetime
    given_by: str
    given_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    looks: list[LookOut]


class SecretOut(BaseModel):
    """The secret of an access: it is answered this once, and kept nowhere else."""

    consent_id: int
    secret: str


class SessionOut(BaseModel):
    """A remote session. Of an internal one the client learns that there was one; neither its time nor its note."""

    id: int
    person: str
    consent_id: int | None
    server: str
    started_at: datetime | None
    ended_at: datetime | None
    note: str | None


class VisitOut(BaseModel):
    """A visit to the client."""

    id: int
    person: str
    starts_at: datetime
    ends_at: datetime
    place: str
    note: str
    cancelled_at: datetime | None
