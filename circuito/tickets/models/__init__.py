"""The tables of tickets, by what they hold."""

from circuito.tickets.models.catalogues import Component, ErrorType, Urgency
from circuito.tickets.models.conversation import Attachment, Blob, Message, Upload
from circuito.tickets.models.record import Assignment, Promise, Quote, Resolution, StateChange, Validation
from circuito.tickets.models.ticket import Ticket

__all__ = [
    "Assignment",
    "Attachment",
    "Blob",
    "Component",
    "ErrorType",
    "Message",
    "Promise",
    "Quote",
    "Resolution",
    "StateChange",
    "Ticket",
    "Upload",
    "Urgency",
    "Validation",
]
