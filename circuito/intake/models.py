"""Mail as it arrived: the bytes first, and afterwards what became of them; and the mailboxes it is fetched from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circuito.notices.models import Notice
from circuito.people.models import User
from circuito.tickets.models import Message, Ticket

OUTCOMES = [
    ("pending", _("En proceso")),
    ("ticket", _("Abrió un ticket")),
    ("message", _("Se agregó a un ticket")),
    ("bounce", _("Rebote de un aviso")),
    ("canary", _("Correo de prueba")),
    ("undecided", _("Por decidir")),
    ("quarantined", _("En cuarentena")),
    ("duplicate", _("Repetido")),
    ("discarded", _("Descartado")),
]
DOORS = [
    ("smtp", _("SMTP")),
    ("imap", _("Buzón IMAP")),
    ("pipe", _("Tubería de Postfix")),
    ("webhook", _("Proveedor de correo")),
]
SECURITY = [("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("Sin cifrar"))]
LOGINS = [("password", _("Contraseña")), ("oauth", "OAuth 2")]
PROVIDERS = [("microsoft", "Microsoft 365"), ("google", "Google"), ("other", _("Otro"))]


class Mailbox(models.Model):
    """A mailbox that is fetched by IMAP. `uid_validity` and `last_uid` are the cursor: what lies behind it is kept.

    Secrets are encrypted (`circuito.secrets`). `heard_at` is the server's last answer of any kind,
    `failing_since` the first failure after it. `begun_at` is since when mail is taken in (None: all that lay there).
    """

    name = models.CharField(max_length=80, unique=True)
    address = models.EmailField()
    host = models.CharField(max_length=190)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=10, choices=SECURITY, default="tls")
    folder = models.CharField(max_length=190, default="INBOX")
    username = models.CharField(max_length=190)
    login = models.CharField(max_length=10, choices=LOGINS, default="password")
    password = models.TextField(blank=True)
    provider = models.CharField(max_length=10, choices=PROVIDERS, blank=True)
    client_id = models.CharField(max_length=190, blank=True)
    client_secret = models.TextField(blank=True)
    authorize_url = models.URLField(max_length=300, blank=True)
    token_url = models.URLField(max_length=300, blank=True)
    scope = models.CharField(max_length=300, blank=True)
    refresh_token = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    take_existing = models.BooleanField(default=False)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]


class ReceivedMail(models.Model):
    """One mail received; `outcome` tells what became of it. `undecided` and `quarantined` wait for the desk.

    Its bytes are in `raw`, or, where they are many, in the storage under `stored`. `fingerprint` is of what it says,
    whatever way it came. `placed_by` tells how its ticket was found (`references`, `reply_address`, `subject`,
    `desk`); `authentication` what our own mail host found about its sender, `proven` what follows from that (None:
    nothing). `forwarded_by` is the colleague who sent it on.
    """

    raw = models.BinaryField(null=True)
    stored = models.CharField(max_length=190, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    door = models.CharField(max_length=10, choices=DOORS, default="smtp")
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, related_name="mails")
    uid_validity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    envelope_from = models.CharField(max_length=255, blank=True)
    envelope_to = models.CharField(max_length=2000, blank=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=OUTCOMES, default="pending")
    reason = models.TextField(blank=True)
    sender = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    excerpt = models.TextField(blank=True)
    message_id = models.CharField(max_length=255, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    remarks = models.CharField(max_length=300, blank=True)
    automatic = models.CharField(max_length=40, blank=True)
    authentication = models.CharField(max_length=300, blank=True)
    proven = models.BooleanField(null=True)
    placed_by = models.CharField(max_length=20, blank=True)
    forwarded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="received_mail")
    ticket_message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="received_mail")
    bounce_of = models.ForeignKey(Notice, models.SET_NULL, null=True, related_name="bounces")
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    #: All that is decided about a mail; the bytes are never written a second time.
    DECIDED = (
        "outcome", "reason", "sender", "subject", "excerpt", "message_id", "fingerprint", "remarks", "automatic",
        "authentication", "proven", "placed_by", "forwarded_by", "ticket", "ticket_message", "bounce_of",
        "decided_by", "decided_at",
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        # Every index is written twice a mail: none but those that are asked (no pattern twins, no idle foreign keys).
        indexes = [
            models.Index(fields=["sha256"], name="mail_bytes"),
            models.Index(fields=["message_id"], name="mail_message_id"),
            models.Index(fields=["id"], name="mail_pending", condition=Q(outcome="pending")),
            models.Index(fields=["outcome", "id"], name="mail_by_outcome"),
            models.Index(fields=["door", "id"], name="mail_by_door"),
            models.Index(fields=["received_at"], name="mail_by_time"),
            models.Index(
                fields=["id"], name="mail_for_the_desk", condition=Q(outcome__in=["undecided", "quarantined"])
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox", "uid_validity", "uid"],
                name="mail_fetched_once",
                condition=Q(uid__isnull=False),
            )
        ]


class Canary(models.Model):
    """A test mail that we sent to ourselves: through a mailbox, or (`mailbox` None) through our own mail door."""

    token = models.CharField(max_length=40, unique=True)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, null=True, related_name="canaries")
    sent_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
