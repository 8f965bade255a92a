"""The table itself: every state × role × step, against the design's own list written out a second time."""

from __future__ import annotations

import pytest

from circuito.rules.circuit import (
    STEPS,
    WAITS_FOR,
    Role,
    State,
    StepRefused,
    next_state,
    replay,
    steps_open_to,
)

#: What the design allows, said independently of the code: (step, role): {from: to}.
RECEPTION = ("desk", "manager")
WORKERS = ("desk", "manager", "assignee")
AT_WORK = ("received", "to_quote", "ready", "assigned")
OPEN = ("received", "to_quote", "quoted", "ready", "assigned", "resolved")
#: What depends on a question being open to the client: only while it is (True), or only while it is not (False).
WAITING = {"ask_client": False, "answer_client": True, "resume": True, "lapse": True}
ALLOWED: dict[tuple[str, str], dict[str | None, str]] = {
    **{("open", role): {None: "received"} for role in ("client", "desk", "manager", "system")},
    **{("credit", role): {"received": "received"} for role in RECEPTION},
    **{("identify", role): {"received": "received"} for role in RECEPTION},
    **{("triage", role): {"received": "ready"} for role in RECEPTION},
    **{("ask_quote", role): {"received": "to_quote"} for role in RECEPTION},
    **{("quote", role): {"to_quote": "quoted"} for role in RECEPTION},
    ("accept_quote", "client"): {"quoted": "ready"},
    ("reject_quote", "client"): {"quoted": "void"},
    ("expire_quote", "system"): {"quoted": "to_quote"},
    **{("assign", role): {"ready": "assigned"} for role in RECEPTION},
    **{("reassign", role): {"assigned": "assigned"} for role in RECEPTION},
    **{("redate", role): {"assigned": "assigned"} for role in RECEPTION},
    **{("resolve", role): {"assigned": "resolved"} for role in ("assignee", "manager")},
    ("conform", "client"): {"resolved": "validated"},
    ("not_conform", "client"): {"resolved": "ready"},
    ("withdraw", "client"): dict.fromkeys(["received", "to_quote", "quoted", "ready", "assigned"], "void"),
    **{
        ("void", role): dict.fromkeys(["received", "to_quote", "quoted", "ready", "assigned", "resolved"], "void")
        for role in RECEPTION
    },
    **{("reclassify", role): {s: s for s in ("to_quote", "quoted", "ready", "assigned")} for role in RECEPTION},
    **{("requote", role): {"quoted": "quoted"} for role in RECEPTION},
    ("ask_about_quote", "client"): {"quoted": "quoted"},
    ("ask_date", "client"): {s: s for s in AT_WORK},
    **{("ask_client", role): {s: s for s in AT_WORK} for role in WORKERS},
    **{("answer_client", role): {s: s for s in AT_WORK} for role in ("client", "system")},
    **{("resume", role): {s: s for s in AT_WORK} for role in WORKERS},
    ("lapse", "system"): dict.fromkeys(AT_WORK, "void"),
    **{("set_mode", role): {s: s for s in OPEN} for role in WORKERS},
    ("give_access", "client"): {s: s for s in OPEN},
    ("revoke_access", "client"): {s: s for s in (*OPEN, "validated", "void")},
    ("see_access", "assignee"): {"assigned": "assigned"},
    ("note_session", "assignee"): {s: s for s in ("assigned", "resolved")},
    **{("plan_visit", role): {s: s for s in ("ready", "assigned")} for role in WORKERS},
    **{("cancel_visit", role): {s: s for s in (*OPEN, "validated", "void")} for role in (*WORKERS, "system")},
    **{("reopen", role): {"validated": "ready", "void": "ready"} for role in RECEPTION},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("waiting", [False, True])
def test_every_state_role_and_step(step: str, role: Role, state: State | None, waiting: bool) -> None:
    expected = ALLOWED.get((step, role.value), {}).get(state.value if state else None)
    if WAITING.get(step, waiting) != waiting:
        expected = None
    assert (step in steps_open_to(role, state, waiting=waiting)) == (expected is not None)
    if expected is not None:
        assert next_state(step, state, role, waiting=waiting).value == expected
        return
    with pytest.raises(StepRefused) as refused:
        next_state(step, state, role, waiting=waiting)
    assert refused.value.reason in {"role", "state", "waiting"}


def test_every_unfinished_state_waits_for_somebody_who_can_move_it() -> None:
    for state, role in WAITS_FOR.items():
        if role is not None:
            assert steps_open_to(role, state), f"{state} waits for {role}, who can do nothing"


def test_replay_refuses_a_log_that_cannot_have_happened() -> None:
    assert list(replay(["open", "triage", "assign"]))[-1] == State.ASSIGNED
    with pytest.raises(StepRefused):
        list(replay(["open", "assign"]))
