"""`circuito mail-in`: takes one mail from standard input, and answers with the exit codes that mail servers know.

Whatever may pass ends with EX_TEMPFAIL, so that the mail stays in the server's queue: also what nobody foresaw.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from contextlib import suppress

from circuito.config.environment import BadSetting, read_environment

EX_OK, EX_USAGE, EX_DATAERR, EX_TEMPFAIL = 0, 64, 65, 75
CONNECT_SECONDS, SECONDS = "5", 60


def run(options: argparse.Namespace) -> int:
    """Take the mail in and return the exit code; one sentence on stderr says what is wrong."""
    _end_in_time()
    try:
        environment = read_environment()
        os.environ["DJANGO_SETTINGS_MODULE"] = "circuito.config.settings"
        os.environ.setdefault("PGCONNECT_TIMEOUT", CONNECT_SECONDS)
        import django

        django.setup()
    except BadSetting as problem:
        return _say(str(problem), EX_TEMPFAIL)  # not EX_CONFIG: Postfix would send the mail back to the client
    except Exception as error:  # a broken installation is mended while the mail waits
        return _say(_first_line(error), EX_TEMPFAIL)
    return _take(options, embedded=not environment.database_url)


def _take(options: argparse.Namespace, *, embedded: bool) -> int:
    from django.db import OperationalError

    from circuito.clock import now
    from circuito.intake.pipe import RefusedMail, take_in

    try:
        take_in(sys.stdin.buffer, options.sender, options.to, now())
    except RefusedMail as refusal:
        return _say(str(refusal), EX_DATAERR)
    except OperationalError as error:
        hint = " (is `circuito serve` running?)" if embedded else ""
        return _say(f"the database cannot keep the message now: {_first_line(error)}{hint}", EX_TEMPFAIL)
    except Exception as error:  # whatever it is, a mail must not be lost for it
        return _say(f"the message cannot be kept now: {_first_line(error)}", EX_TEMPFAIL)
    return EX_OK


def _end_in_time() -> None:
    """A database that neither answers nor refuses must not hold up the server's queue."""

    def end() -> None:
        _say(f"the message could not be kept within {SECONDS} seconds", EX_TEMPFAIL)
        os._exit(EX_TEMPFAIL)

    timer = threading.Timer(SECONDS, end)
    timer.daemon = True
    timer.start()


def _say(sentence: str, code: int) -> int:
    with suppress(OSError):  # whoever closed stderr goes by the code
        print(f"circuito: {sentence}", file=sys.stderr, flush=True)
    return code


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
