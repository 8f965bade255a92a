"""The rows of people: a client, the names and addresses it is known by, and its users; the vendor's staff."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from circuito.rules.circuit import Role

ROLES = [
    (Role.CLIENT.value, _("Usuario cliente")),
    (Role.DESK.value, _("Mesa de soporte")),
    (Role.CONSULTANT.value, _("Consultor")),
    (Role.MANAGER.value, _("Gerente")),
]
LANGUAGES = [("es", "Español"), ("en", "English"), ("pt", "Português")]


class Client(models.Model):
    """A company that is supported (seed: cliente). An empty `time_zone` is the desk's."""

    name = models.CharField(max_length=120, unique=True)
    active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ClientName(models.Model):
    """A name or alias, by its `company_key`: what a mail's subject is compared with."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="names")
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120, unique=True)


class MailDomain(models.Model):
    """A domain whose every address belongs to the client."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="mail_domains")
    domain = models.CharField(max_length=190, unique=True)


class KnownAddress(models.Model):
    """An address that the desk said belongs to the client, without a user of its own."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="known_addresses")
    email = models.EmailField(unique=True)


class UserManager(BaseUserManager["User"]):
    """Finds a user by what he logs in with."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person: a client's user, or one of the vendor's desk, consultants and managers.

    A client's user may accept quotes (`accepts_quotes`) of so many hours (`accepts_up_to`, None: any). `digest` is
    the weekly mail to staff, which each may switch off.
    """

    username = models.CharField(max_length=190, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=60, blank=True)
    role = models.CharField(max_length=20, choices=ROLES)
    client = models.ForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="users")
    language = models.CharField(max_length=5, choices=LANGUAGES, default="es")
    time_zone = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    accepts_quotes = models.BooleanField(default=True)
    accepts_up_to = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    digest = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_once"),
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=Q(role="client", client__isnull=False) | (~Q(role="client") & Q(client__isnull=True)),
                name="user_client_only_for_client_users",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean_fields(self, exclude: Any = None) -> None:
        super().clean_fields(exclude=exclude)
        self.email = self.email.lower()

    @property
    def is_staff_member(self) -> bool:
        """Tell whether the person is of the vendor, not of a client."""
        return self.role != Role.CLIENT

    @property
    def receives_tickets(self) -> bool:
        """Tell whether the person does reception: the desk and the manager."""
        return self.role in (Role.DESK, Role.MANAGER)
