"""Contracts: who is entitled to what, until when, for how many hours; and the products a client has installed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from circuito.contracts.models.hours import WorkCalendar
from circuito.people.models import Client

CONTRACT_KINDS = [
    ("maintenance", _("Mantenimiento")),
    ("consulting", _("Consultoría sobre un producto instalado")),
]
HOURS_PLANS = [
    ("none", _("Sin horas incluidas")),
    ("monthly", _("Horas por mes")),
    ("block", _("Un bloque de horas")),
]


class Product(models.Model):
    """A product of the vendor's that clients have installed."""

    name = models.CharField(max_length=80, unique=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class InstalledProduct(models.Model):
    """A product at a client, and the version that runs there."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="installed_products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    version = models.CharField(max_length=40, blank=True)
    installed_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["product__name"]
        constraints = [models.UniqueConstraint(fields=["client", "product"], name="installed_product_once")]


class ServiceLevel(models.Model):
    """A set of targets that contracts share."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ServiceTarget(models.Model):
    """How many minutes of working time tickets of a priority may take; None is no target."""

    level = models.ForeignKey(ServiceLevel, models.CASCADE, related_name="targets")
    priority = models.PositiveSmallIntegerField()
    first_answer = models.PositiveIntegerField(null=True)
    quote = models.PositiveIntegerField(null=True)
    resolution = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["priority"]
        constraints = [models.UniqueConstraint(fields=["level", "priority"], name="service_target_once")]


class Contract(models.Model):
    """An agreement with a client, from `starts_on` to the end of `ends_on` (None: open-ended).

    `renewal_months` above zero: it goes on by itself for as many months more. `included_minutes` come each month or
    once a term (`plan`), and are `carried_over` or lapse. `kinds` and `components` say what is covered; empty is all.
    `priority_1_always`: the clock of critical tickets runs around the clock. `product` is the installed one that
    consulting is about. `warn_percent` of the hours left is when to warn; None is as the settings say.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="contracts")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=CONTRACT_KINDS, default="maintenance")
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    renewal_months = models.PositiveSmallIntegerField(default=0)
    plan = models.CharField(max_length=8, choices=HOURS_PLANS, default="none")
    included_minutes = models.PositiveIntegerField(default=0)
    carried_over = models.BooleanField(default=False)
    warn_percent = models.PositiveSmallIntegerField(null=True)
    overrun_rate = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="USD")
    kinds = models.JSONField(default=list)
    components = models.ManyToManyField("tickets.Component", related_name="+")
    level = models.ForeignKey(ServiceLevel, models.PROTECT, null=True, related_name="+")
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, null=True, related_name="+")
    priority_1_always = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["client", "starts_on"], name="contract_of_client")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="contract_has_length"
            ),
            models.CheckConstraint(
                condition=Q(plan="none", included_minutes=0) | (~Q(plan="none") & Q(included_minutes__gt=0)),
                name="contract_hours_by_plan",
            ),
            models.CheckConstraint(
                condition=Q(renewal_months=0) | Q(ends_on__isnull=False), name="contract_renewal_has_end"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContractTerm(models.Model):
    """A stretch that a contract was agreed or renewed for: the record of its renewals."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="terms")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [models.UniqueConstraint(fields=["contract", "starts_on"], name="contract_term_once")]
