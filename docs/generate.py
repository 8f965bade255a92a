"""Writes `docs/circuit.md` from the table of steps; with `--check` only says whether it is stale."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "circuit.md"


def main() -> int:
    """Write the document, or check it. The exit code is 1 where it is stale."""
    text = "\n".join(document()) + "\n"
    if "--check" not in sys.argv:
        TARGET.write_text(text)
        return 0
    if TARGET.read_text() == text:
        return 0
    print("docs/circuit.md is stale: run `make docs`.", file=sys.stderr)  # noqa: T201 - a command's answer
    return 1


def document() -> Iterator[str]:
    """Yield the lines of the document."""
    _set_up()
    from django.utils import translation

    with translation.override("es"):
        yield "# The circuit"
        yield ""
        yield "Generated from `circuito/rules/circuit.py` and `circuito/notices/catalogue.py` by `make docs`."
        yield "Do not edit: `make check` fails when it is stale."
        yield ""
        yield from _diagram()
        yield from _states()
        yield from _steps()
        yield from _notices()


def _set_up() -> None:
    os.environ.setdefault("CIRCUITO_DATA", tempfile.gettempdir() + "/circuito-docs")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "circuito.config.settings")
    import django

    django.setup()


def _diagram() -> Iterator[str]:
    from circuito.rules.circuit import STEPS

    yield "```mermaid"
    yield "stateDiagram-v2"
    for step in STEPS.values():
        for source in _ordered(step.sources):
            if step.target is not None:
                yield f"    {source or '[*]'} --> {step.target.value}: {step.name}"
    yield "    validated --> [*]"
    yield "    void --> [*]"
    yield "```"
    yield ""


def _states() -> Iterator[str]:
    from circuito.rules.circuit import WAITS_FOR
    from circuito.tickets.words import state_label

    yield "## States"
    yield ""
    yield "| state | on the screen | waits for |"
    yield "|---|---|---|"
    for state, role in WAITS_FOR.items():
        yield f"| `{state.value}` | {state_label(state)} | {role.value if role else 'nobody'} |"
    yield ""


def _steps() -> Iterator[str]:
    from circuito.rules.circuit import STEPS
    from circuito.tickets.words import step_done

    yield "## Steps"
    yield ""
    yield "| step | in the log | from | to | by |"
    yield "|---|---|---|---|---|"
    for step in STEPS.values():
        sources = ", ".join(f"`{source}`" if source else "(new)" for source in _ordered(step.sources))
        roles = ", ".join(sorted(role.value for role in step.roles))
        target = f"`{step.target.value}`" if step.target else "(stays)"
        when = {True: ", while it waits for the client", False: ", while it does not wait", None: ""}[step.waiting]
        yield f"| `{step.name}` | {step_done(step.name)} | {sources}{when} | {target} | {roles} |"
    yield ""


def _ordered(sources: frozenset[object]) -> list[str]:
    from circuito.rules.circuit import State

    if None in sources:
        return [""]
    return [state.value for state in State if state in sources]


def _notices() -> Iterator[str]:
    from circuito.notices.catalogue import CATALOGUE

    yield "## Notices"
    yield ""
    yield "Nobody is told by mail of what he did himself, but the requester, who gets a confirmation of every step."
    yield ""
    yield "| after | notice | to | it says |"
    yield "|---|---|---|---|"
    for entry in CATALOGUE:
        to = getattr(entry.to, "func", entry.to).__name__.strip("_").replace("_", " ")
        yield f"| `{entry.step}` | `{entry.kind}` | {to} | {entry.lead} |"
    yield ""
    yield "Besides: a message tells the requester (from staff) or the consultant who has the ticket (from the client);"
    yield "each week one reminder to each requester of all that waits for his validation, and a digest to staff who"
    yield "want it; reminders of quotes that expire, of questions unanswered, of promised dates and of service"
    yield "deadlines; warnings of contract hours; and a new user is mailed a link with which he sets his password."


if __name__ == "__main__":
    sys.exit(main())
