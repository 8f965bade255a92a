"""What is wrong with a file, each thing by its path (`tickets[3].history[2].at`), and how it is gathered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from circuito.steps.errors import InvalidInput


@dataclass(frozen=True)
class LoadError:
    """One thing that is wrong. `path` is empty for the file as a whole."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else self.sentence


class LoadErrors(Exception):
    """The file cannot be loaded, and nothing of it was."""

    def __init__(self, errors: Iterable[LoadError]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(map(str, self.errors)))


class Wrong(Exception):
    """One thing of the file cannot be used; the part it belongs to is left out, the next one goes on."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.path, self.sentence = path, sentence


class AlreadyReported(Exception):
    """A part names another part that is wrong: one error is enough."""


class Problems:
    """Gathers what is wrong, so that one run tells all that it can."""

    def __init__(self) -> None:
        self.errors: list[LoadError] = []

    def add(self, path: str, sentence: str) -> None:
        self.errors.append(LoadError(path, sentence))

    @contextmanager
    def part(self, path: str) -> Iterator[None]:
        """Do a part of the load in a savepoint: a fault is noted, the part undone, and the load goes on."""
        try:
            with transaction.atomic():
                yield
        except InvalidInput as error:
            self.add(f"{path}.{error.field}", error.sentence)
        except Wrong as error:
            self.add(error.path, error.sentence)
        except AlreadyReported:
            pass
        except (DataError, IntegrityError) as error:
            self.add(path, _("La base de datos no lo acepta: %(why)s") % {"why": str(error).partition("\n")[0]})
