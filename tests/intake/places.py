"""Where large files lie in a test."""

from __future__ import annotations

from collections.abc import Callable

#: Makes the given STORAGE_URL the place of large files until the test ends.
Place = Callable[[str], None]
