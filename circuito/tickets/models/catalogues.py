"""What a request is classified by (seed §1): Componente del Sistema, Tipo de Error, Nivel de Urgencia."""

from __future__ import annotations

from django.db import models


class Component(models.Model):
    """A part of the supported system; a tree, whose `path` ("Ventas › Facturación") sorts and names it."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=80)
    path = models.CharField(max_length=400, unique=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path

    @property
    def depth(self) -> int:
        return self.path.count(" › ")


class ErrorType(models.Model):
    """A kind of error that a client can name."""

    name = models.CharField(max_length=80, unique=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Urgency(models.Model):
    """How urgent it is to the client; `rank` 1 is the most urgent."""

    name = models.CharField(max_length=80, unique=True)
    rank = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["rank", "name"]

    def __str__(self) -> str:
        return self.name
