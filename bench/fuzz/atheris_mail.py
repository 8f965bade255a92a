"""`python -m bench.fuzz.atheris_mail FOLDER`: coverage-guided fuzzing of the reader, for the night; Ctrl-C ends it.

Atheris is not among our requirements, for it has no wheels for every system: make an environment for it, install
`requirements/run.txt` there and then `pip install atheris`. What it finds new is kept in FOLDER, where the next night
goes on, and the mail that ended it as `crash-…` or `timeout-…`; options of libFuzzer may follow, such as
`-max_total_time=28800`.
"""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
from pathlib import Path

from bench.fuzz.mutations import MAILS

MISSING = "Atheris is missing here: in an environment with requirements/run.txt, pip install atheris."
SECONDS = 2


def main() -> None:
    """Fuzz until it is ended, or until a mail crashes the reader or takes longer than two seconds."""
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        sys.exit(MISSING)
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    found = Path(sys.argv[1])
    found.mkdir(parents=True, exist_ok=True)
    for mail in MAILS.glob("*.eml"):
        shutil.copy(mail, found / mail.name)
    with atheris.instrument_imports(include=["circuito.rules.mail"]):
        incoming = importlib.import_module("circuito.rules.mail.incoming")
        reading = importlib.import_module("circuito.rules.mail.reading")
    scratch = Path(tempfile.mkdtemp())

    def read(raw: bytes) -> None:
        try:
            reading.read_mail(raw, "", scratch)
        except incoming.UnreadableMail:
            return

    options = [f"-timeout={SECONDS}", "-max_len=65536", f"-artifact_prefix={found}/"]
    atheris.Setup([sys.argv[0], str(found), *options, *sys.argv[2:]], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
