"""The ticket: where it stands now. What happened to it is in `record.py`, row by row."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circuito.contracts.models import Contract
from circuito.people.models import Client, User
from circuito.rules.circuit import State
from circuito.tickets.models.catalogues import Component, ErrorType, Urgency

STATES = [
    (State.RECEIVED.value, _("Recibido")),
    (State.TO_QUOTE.value, _("A cotizar")),
    (State.QUOTED.value, _("Cotizado")),
    (State.READY.value, _("Pendiente de asignación")),
    (State.ASSIGNED.value, _("Asignado")),
    (State.RESOLVED.value, _("Pendiente de validar")),
    (State.VALIDATED.value, _("Resuelto")),
    (State.VOID.value, _("Sin efecto")),
]
KINDS = [
    ("failure", _("Falla")),
    ("requirement", _("Nuevo requerimiento")),
    ("improvement", _("Mejora")),
]
PRIORITIES = [(1, _("Crítica")), (2, _("Alta")), (3, _("Media")), (4, _("Baja"))]
MODES = [("remote", _("Remota")), ("on_site", _("En sus instalaciones"))]
CHANNELS = [("portal", _("Portal")), ("mail", _("Correo")), ("phone", _("Teléfono")), ("api", _("API"))]


class Ticket(models.Model):
    """A request of a client. `state` is written by `steps/transition.py` only.

    `contract` is the one that it is covered by. `waiting_since` is set while a question waits for the client's
    answer (`models/waiting.py`): working time does not run then.
    """

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=12, choices=STATES)
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="tickets")
    suggested_client = models.ForeignKey(Client, models.SET_NULL, null=True, related_name="+")
    requester = models.ForeignKey(User, models.PROTECT, null=True, related_name="requested_tickets")
    requester_name = models.CharField(max_length=120, blank=True)
    requester_email = models.EmailField(blank=True)
    title = models.CharField(max_length=200)
    description = models.TextField()
    system_message = models.TextField(blank=True)
    component = models.ForeignKey(Component, models.PROTECT, null=True, related_name="+")
    error_type = models.ForeignKey(ErrorType, models.PROTECT, null=True, related_name="+")
    urgency = models.ForeignKey(Urgency, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, choices=CHANNELS)
    kind = models.CharField(max_length=12, choices=KINDS, blank=True)
    priority = models.PositiveSmallIntegerField(choices=PRIORITIES, null=True)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="+")
    mode = models.CharField(max_length=10, choices=MODES, default="remote")
    consultant = models.ForeignKey(User, models.PROTECT, null=True, related_name="assigned_tickets")
    promised_on = models.DateField(null=True)
    quoted_hours = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    previous_consultant = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    times_returned = models.PositiveSmallIntegerField(default=0)
    unread_by_staff = models.BooleanField(default=False)
    unread_by_client = models.BooleanField(default=False)
    waiting_since = models.DateTimeField(null=True)
    mail_thread = models.CharField(max_length=255, blank=True)
    opened_at = models.DateTimeField()
    state_changed_at = models.DateTimeField()
    search = models.GeneratedField(
        expression=models.Func(
            "title", "description", function="public.circuito_search", output_field=SearchVectorField()
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="ticket_state_known"),
            models.CheckConstraint(
                condition=Q(client__isnull=False) | Q(state__in=["received", "void"]),
                name="ticket_client_known_after_reception",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "resolved"])
                | Q(consultant__isnull=False, promised_on__isnull=False),
                name="ticket_assigned_has_consultant_and_promise",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-number"], name="ticket_of_client"),
            models.Index(fields=["state", "priority", "number"], name="ticket_in_state"),
            models.Index(fields=["consultant", "state"], name="ticket_of_consultant"),
            models.Index(fields=["opened_at"], name="ticket_opened"),
            models.Index(fields=["number"], name="ticket_unread", condition=Q(unread_by_staff=True)),
            models.Index(fields=["waiting_since"], name="ticket_waiting", condition=Q(waiting_since__isnull=False)),
            GinIndex(fields=["search"], name="ticket_search"),
            models.Index(fields=["mail_thread"], name="ticket_mail_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def asked_by(self) -> str:
        """The name of who asked, as well as it is known."""
        return (self.requester.name if self.requester else self.requester_name) or self.requester_email

    @property
    def is_finished(self) -> bool:
        return self.state in (State.VALIDATED, State.VOID)

    @property
    def is_waiting(self) -> bool:
        """Tell whether a question waits for the client's answer."""
        return self.waiting_since is not None
