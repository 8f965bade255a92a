"""The tables of tickets, by what they hold."""

from circuito.tickets.models.catalogues import Component, ErrorType, Urgency
from circuito.tickets.models.conversation import Attachment, Blob, Message, Upload
from circuito.tickets.models.hours import HourEntry, TimeEntry
from circuito.tickets.models.quotes import Quote, QuoteDecision
from circuito.tickets.models.record import Assignment, Promise, Resolution, StateChange, Validation
from circuito.tickets.models.service import AccessConsent, RemoteSession, SecretLook, Skill, Visit
from circuito.tickets.models.ticket import Ticket
from circuito.tickets.models.waiting import DateRequest, Deadline, Question

__all__ = [
    "AccessConsent",
    "Assignment",
    "Attachment",
    "Blob",
    "Component",
    "DateRequest",
    "Deadline",
    "ErrorType",
    "HourEntry",
    "Message",
    "Promise",
    "Question",
    "Quote",
    "QuoteDecision",
    "RemoteSession",
    "Resolution",
    "SecretLook",
    "Skill",
    "StateChange",
    "Ticket",
    "TimeEntry",
    "Upload",
    "Urgency",
    "Validation",
    "Visit",
]
