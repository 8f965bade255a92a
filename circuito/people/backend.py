"""Logging in: by user name or by mail address, with one answer for every failure."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Q
from django.http import HttpRequest

from circuito.people.models import User


class NameOrMailBackend(BaseBackend):
    """Checks a user name (or mail address) and password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **other: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        name = username.strip()[:190]
        user = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name), is_active=True).first()
        if user is None:
            User().set_password(password)  # takes as long as a real check, so that names cannot be guessed by time
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.select_related("client").filter(pk=user_id, is_active=True).first()
