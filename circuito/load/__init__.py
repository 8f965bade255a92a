"""Loading a file: clients, users, catalogues and tickets with their whole history (docs/load.md)."""

from circuito.load.errors import LoadError, LoadErrors
from circuito.load.loader import load_file
from circuito.load.report import LoadReport

__all__ = ["LoadError", "LoadErrors", "LoadReport", "load_file"]
