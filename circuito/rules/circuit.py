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
    """One row of the table: from any of `sources` (None: no ticket yet) to `target`, taken by one of `roles`."""

    name: str
    sources: frozenset[State | None]
    target: State
    roles: frozenset[Role]


class StepRefused(Exception):
    """The table refuses the step.

    `reason` is one of `state`, `role` or a rule's own word; the sentence for people is made where the step
    is written (`steps/refusals.py`), because it is translated.
    """

    def __init__(self, step: str, state: State | None, role: Role, reason: str) -> None:
        super().__init__(f"{step} refused to {role} in {state}: {reason}")
        self.step, self.state, self.role, self.reason = step, state, role, reason


STEPS: dict[str, Step] = {}


def step(name: str, sources: set[State] | set[None] | set[State | None], target: State, roles: set[Role]) -> None:
    """Write one row of the table."""
    STEPS[name] = Step(name, frozenset(sources), target, frozenset(roles))


#     name               from                      to           by
step("open", {None}, S.RECEIVED, {R.CLIENT, R.DESK, R.MANAGER, R.SYSTEM})
step("identify", {S.RECEIVED}, S.RECEIVED, RECEPTION)
step("credit", {S.RECEIVED}, S.RECEIVED, RECEPTION)
step("triage", {S.RECEIVED}, S.READY, RECEPTION)
step("ask_quote", {S.RECEIVED}, S.TO_QUOTE, RECEPTION)
step("quote", {S.TO_QUOTE}, S.QUOTED, RECEPTION)
step("accept_quote", {S.QUOTED}, S.READY, {R.CLIENT})
step("reject_quote", {S.QUOTED}, S.VOID, {R.CLIENT})
step("expire_quote", {S.QUOTED}, S.TO_QUOTE, {R.SYSTEM})
step("assign", {S.READY}, S.ASSIGNED, RECEPTION)
step("reassign", {S.ASSIGNED}, S.ASSIGNED, RECEPTION)
step("redate", {S.ASSIGNED}, S.ASSIGNED, RECEPTION)
step("resolve", {S.ASSIGNED}, S.RESOLVED, {R.ASSIGNEE, R.MANAGER})
step("conform", {S.RESOLVED}, S.VALIDATED, {R.CLIENT})
step("not_conform", {S.RESOLVED}, S.READY, {R.CLIENT})
step("withdraw", set(NOT_YET_RESOLVED), S.VOID, {R.CLIENT})
step("void", set(OPEN_STATES), S.VOID, RECEPTION)
step("reopen", set(FINISHED), S.READY, RECEPTION)


def next_state(name: str, state: State | None, role: Role) -> State:
    """Return the state that step `name` leads to; raise `StepRefused` where the table has no such row."""
    row = STEPS[name]
    if role not in row.roles:
        raise StepRefused(name, state, role, "role")
    if state not in row.sources:
        raise StepRefused(name, state, role, "state")
    return row.target


def steps_open_to(role: Role, state: State | None) -> list[str]:
    """Name the steps that `role` may take on a ticket in `state`, in the order of the table."""
    return [row.name for row in STEPS.values() if role in row.roles and state in row.sources]


def replay(names: list[str]) -> Iterator[State]:
    """Yield the state after each step of a log; raise `StepRefused` at the first that cannot follow."""
    state: State | None = None
    for name in names:
        if state not in STEPS[name].sources:
            raise StepRefused(name, state, R.SYSTEM, "state")
        state = STEPS[name].target
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
