"""The only doors to the rows of tickets: what `actor` may not see does not exist."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from circuito.people.actor import Actor
from circuito.rules.circuit import Role, State, StepRefused, next_state, steps_open_to
from circuito.tickets.models import Attachment, Message, QuoteDecision, Ticket
from circuito.tickets.quotes import why_not


class NoSuchTicket(LookupError):
    """There is no such ticket, or it is not the actor's to see: one answer for both."""


def tickets_for(actor: Actor) -> QuerySet[Ticket]:
    """Return the tickets that `actor` may see, with the rows that every screen shows."""
    return _scoped(actor).select_related("client", "requester", "consultant")


def _scoped(actor: Actor) -> QuerySet[Ticket]:
    tickets = Ticket.objects.defer("search")
    if actor.is_staff or actor.role == Role.SYSTEM:
        return tickets
    if actor.user is None or actor.user.client_id is None or not actor.user.is_active:
        return tickets.none()
    return tickets.filter(client_id=actor.user.client_id, client__active=True)


def sees(actor: Actor, ticket: Ticket) -> bool:
    """Tell whether `actor` may see a ticket that was read already: the same rule as `tickets_for`."""
    if actor.is_staff or actor.role == Role.SYSTEM:
        return True
    user = actor.user
    return (
        user is not None
        and user.client is not None
        and user.is_active
        and user.client.active
        and user.client_id == ticket.client_id
    )


def ticket_for(actor: Actor, number: int, *, lock: bool = False) -> Ticket:
    """Return ticket `number` as `actor` may see it; `lock` holds its row until the transaction ends.

    Raises `NoSuchTicket`.
    """
    try:
        return (_locked(actor) if lock else _whole(actor)).get(number=number if 0 < number < 2**31 else 0)
    except Ticket.DoesNotExist as error:
        raise NoSuchTicket(number) from error


def _locked(actor: Actor) -> QuerySet[Ticket]:
    """The row, with whom nearly every step looks at and tells; planning more joins costs more than asking for them."""
    return _scoped(actor).select_related("client", "requester", "consultant").select_for_update(of=("self",))


def _whole(actor: Actor) -> QuerySet[Ticket]:
    return tickets_for(actor).select_related(
        "component", "error_type", "urgency", "previous_consultant", "suggested_client"
    )


def role_on(actor: Actor, ticket: Ticket) -> Role:
    """Return what `actor` is to this ticket: the consultant who has it is its assignee."""
    mine = actor.user is not None and ticket.consultant_id == actor.user.pk
    return Role.ASSIGNEE if mine and actor.role == Role.CONSULTANT else actor.role


def open_steps(actor: Actor, ticket: Ticket) -> list[str]:
    """Name the steps that `actor` may take on `ticket` now: buttons, inbox and API read it here.

    A ticket is identified before anything else is decided about it, and only once. A quote is decided about by who
    may (`tickets.quotes.why_not`).
    """
    steps = steps_open_to(role_on(actor, ticket), _state(ticket), waiting=ticket.is_waiting)
    not_now = {"identify"} if ticket.client_id is not None else {"triage", "ask_quote", "reopen"}
    return [step for step in steps if step not in not_now and not why_not(step, actor.user, ticket)]


def check_step(name: str, actor: Actor, ticket: Ticket, *, past: bool = False) -> str:
    """Return the state that the step leads to; raise `StepRefused` where the table refuses it.

    So does who may not decide about a quote; but in the `past` that is loaded, others may have been allowed to.
    """
    state, role = _state(ticket), role_on(actor, ticket)
    target = next_state(name, state, role, waiting=ticket.is_waiting)
    if not past and (reason := why_not(name, actor.user, ticket)):
        raise StepRefused(name, state, role, reason)
    return target.value


def messages_for(actor: Actor, ticket: Ticket) -> QuerySet[Message]:
    """Return the ticket's messages; internal notes only to staff."""
    visible = Q() if actor.is_staff else Q(internal=False)
    return ticket.messages.filter(visible).select_related("author").prefetch_related("attachments")


def attachments_for(actor: Actor, ticket: Ticket) -> QuerySet[Attachment]:
    """Return the ticket's files; those of internal notes only to staff."""
    visible = Q() if actor.is_staff else Q(message=None) | Q(message__internal=False)
    return ticket.attachments.filter(visible)


def attachment_for(actor: Actor, number: int, attachment_id: int) -> Attachment:
    """Return a file; `tickets.storage.open_blob` has its bytes. Raises `NoSuchTicket`."""
    found = attachments_for(actor, ticket_for(actor, number)).filter(pk=attachment_id).first()
    if found is None:
        raise NoSuchTicket(number)
    return found


def decision_for(actor: Actor, number: int, version: int) -> QuoteDecision:
    """Return what the client decided about a version of a ticket's quote. Raises `NoSuchTicket`."""
    decisions = QuoteDecision.objects.select_related("quote")
    found = decisions.filter(quote__ticket=ticket_for(actor, number), quote__version=min(version, 32_000)).first()
    if found is None:
        raise NoSuchTicket(number)
    return found


def _state(ticket: Ticket) -> State:
    return State(ticket.state)
