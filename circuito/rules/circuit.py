"""The circuit: its states, its roles, and the table of steps that everything else obeys."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a ticket stands (seed §2 to §6)."""

    RECEIVED = "received"
    TO_QUOTE = "to_quote"
    QUOTED = "quoted"
    READY = "ready"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    VALIDATED = "validated"
    VOID = "void"


class Role(StrEnum):
    """What somebody is to one ticket.

    People have one of `client`, `desk`, `consultant` or `manager`. The consultant who has the ticket is its
    `assignee`; the program itself (the mail door, the clock) is `system`.
    """

    CLIENT = "client"
    DESK = "desk"
    CONSULTANT = "consultant"
    ASSIGNEE = "assignee"
    MANAGER = "manager"
    SYSTEM = "system"


S, R = State, Role
RECEPTION = {R.DESK, R.MANAGER}
FINISHED = frozenset({S.VALIDATED, S.VOID})
OPEN_STATES = frozenset(S) - FINISHED
NOT_YET_RESOLVED = {S.RECEIVED, S.TO_QUOTE, S.QUOTED, S.READY, S.ASSIGNED}


@dataclass(frozen=True)
class Step:
    """One row of the table: from any of `sources` (None: no ticket yet) to `target`, taken by one of `roles`.

    A `target` of None leaves the ticket where it stands. `waiting` is for a ticket that waits for the client's answer
    to a question: only then (True), only when it does not (False), or either (None).
    """

    name: str
    sources: frozenset[State | None]
    target: State | None
    roles: frozenset[Role]
    waiting: bool | None = None


class StepRefused(Exception):
    """The table refuses the step.

    `reason` is one of `state`, `role`, `waiting` or a rule's own word; the sentence for people is made where steps
    are written (`steps/errors.py`), because it is translated.
    """

    def __init__(self, step: str, state: State | None, role: Role, reason: str) -> None:
        super().__init__(f"{step} refused to {role} in {state}: {reason}")
        self.step, self.state, self.role, self.reason = step, state, role, reason


STEPS: dict[str, Step] = {}


def step(
    name: str,
    sources: set[State] | set[None] | set[State | None],
    target: State | None,
    roles: set[Role],
    waiting: bool | None = None,
) -> None:
    """Write one row of the table."""
    STEPS[name] = Step(name, frozenset(sources), target, frozenset(roles), waiting)


STAYS = None
#: Where a question to the client makes sense: the ball is with the vendor.
AT_WORK = {S.RECEIVED, S.TO_QUOTE, S.READY, S.ASSIGNED}
WORKERS = {R.DESK, R.MANAGER, R.ASSIGNEE}

#     name               from                      to           by
step("open", {None}, S.RECEIVED, {R.CLIENT, R.DESK, R.MANAGER, R.SYSTEM})
step("identify", {S.RECEIVED}, S.RECEIVED, RECEPTION)
step("credit", {S.RECEIVED}, S.RECEIVED, RECEPTION)
step("triage", {S.RECEIVED}, S.READY, RECEPTION)
step("ask_quote", {S.RECEIVED}, S.TO_QUOTE, RECEPTION)
step("reclassify", {S.TO_QUOTE, S.QUOTED, S.READY, S.ASSIGNED}, STAYS, RECEPTION)
step("quote", {S.TO_QUOTE}, S.QUOTED, RECEPTION)
step("requote", {S.QUOTED}, S.QUOTED, RECEPTION)
step("ask_about_quote", {S.QUOTED}, STAYS, {R.CLIENT})
step("accept_quote", {S.QUOTED}, S.READY, {R.CLIENT})
step("reject_quote", {S.QUOTED}, S.VOID, {R.CLIENT})
step("expire_quote", {S.QUOTED}, S.TO_QUOTE, {R.SYSTEM})
step("assign", {S.READY}, S.ASSIGNED, RECEPTION)
step("reassign", {S.ASSIGNED}, S.ASSIGNED, RECEPTION)
step("redate", {S.ASSIGNED}, S.ASSIGNED, RECEPTION)
step("ask_date", AT_WORK, STAYS, {R.CLIENT})
step("ask_client", AT_WORK, STAYS, WORKERS, waiting=False)
step("answer_client", AT_WORK, STAYS, {R.CLIENT, R.SYSTEM}, waiting=True)
step("resume", AT_WORK, STAYS, WORKERS, waiting=True)
step("lapse", AT_WORK, S.VOID, {R.SYSTEM}, waiting=True)
step("set_mode", set(OPEN_STATES), STAYS, WORKERS)
step("give_access", set(OPEN_STATES), STAYS, {R.CLIENT})
step("revoke_access", set(S), STAYS, {R.CLIENT})
step("see_access", {S.ASSIGNED}, STAYS, {R.ASSIGNEE})
step("note_session", {S.ASSIGNED, S.RESOLVED}, STAYS, {R.ASSIGNEE})
step("plan_visit", {S.READY, S.ASSIGNED}, STAYS, WORKERS)
step("cancel_visit", set(S), STAYS, WORKERS | {R.SYSTEM})
step("resolve", {S.ASSIGNED}, S.RESOLVED, {R.ASSIGNEE, R.MANAGER})
step("conform", {S.RESOLVED}, S.VALIDATED, {R.CLIENT})
step("not_conform", {S.RESOLVED}, S.READY, {R.CLIENT})
step("withdraw", set(NOT_YET_RESOLVED), S.VOID, {R.CLIENT})
step("void", set(OPEN_STATES), S.VOID, RECEPTION)
step("reopen", set(FINISHED), S.READY, RECEPTION)


def next_state(name: str, state: State | None, role: Role, *, waiting: bool = False) -> State:
    """Return the state that step `name` leads to; raise `StepRefused` where the table has no such row.

    `waiting` tells that the ticket waits for the client's answer to a question.
    """
    row = STEPS[name]
    if role not in row.roles:
        raise StepRefused(name, state, role, "role")
    if state not in row.sources:
        raise StepRefused(name, state, role, "state")
    if row.waiting not in (None, waiting):
        raise StepRefused(name, state, role, "waiting")
    return target_of(row, state)


def target_of(row: Step, state: State | None) -> State:
    """Return where a step leads from `state`: some leave the ticket where it stands."""
    target = row.target or state
    assert target is not None  # only `open` leaves from nowhere, and it has a target
    return target


def steps_open_to(role: Role, state: State | None, *, waiting: bool = False) -> list[str]:
    """Name the steps that `role` may take on a ticket in `state`, in the order of the table."""
    rows = STEPS.values()
    return [r.name for r in rows if role in r.roles and state in r.sources and r.waiting in (None, waiting)]


def replay(names: list[str]) -> Iterator[State]:
    """Yield the state after each step of a log; raise `StepRefused` at the first that cannot follow."""
    state: State | None = None
    for name in names:
        if state not in STEPS[name].sources:
            raise StepRefused(name, state, R.SYSTEM, "state")
        state = target_of(STEPS[name], state)
        yield state


#: Who a ticket waits for. The inbox, the digest and "who has it" all read it here.
WAITS_FOR: dict[State, Role | None] = {
    S.RECEIVED: R.DESK,
    S.TO_QUOTE: R.DESK,
    S.QUOTED: R.CLIENT,
    S.READY: R.DESK,
    S.ASSIGNED: R.ASSIGNEE,
    S.RESOLVED: R.CLIENT,
    S.VALIDATED: None,
    S.VOID: None,
}


def waiting_for(*roles: Role) -> list[State]:
    """List the states that wait for any of `roles`, in the circuit's order."""
    return [state for state, role in WAITS_FOR.items() if role in roles]
