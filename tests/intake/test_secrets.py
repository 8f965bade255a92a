"""Secrets of mailboxes: they open with the installation's own key, and with no other."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from circuito.secrets import UnreadableSecret, seal, unseal


def test_a_secret_opens_with_its_own_key_only(settings: LazySettings) -> None:
    sealed = seal("ñandú")
    assert "ñandú" not in sealed
    assert unseal(sealed) == "ñandú"
    assert (seal(""), unseal("")) == ("", "")
    settings.SECRET_KEY = "otra"
    with pytest.raises(UnreadableSecret, match="Escriba la contraseña de nuevo"):
        unseal(sealed)
