"""One form a step: what it asks, and the call that takes it. What is allowed is not decided here."""

from circuito.web.forms.steps.assignment import AssignmentForm, PromiseForm
from circuito.web.forms.steps.base import Answer, StepForm
from circuito.web.forms.steps.closing import ReopeningForm, VoidForm, WithdrawalForm
from circuito.web.forms.steps.date_requests import DateRequestForm
from circuito.web.forms.steps.quotes import QuoteAnswerForm, QuoteForm, QuoteQuestionForm
from circuito.web.forms.steps.reception import CreditForm, IdentificationForm, ReclassificationForm, TriageForm
from circuito.web.forms.steps.service import (
    AccessForm,
    AccessRevocationForm,
    AccessViewForm,
    ModeForm,
    SessionForm,
)
from circuito.web.forms.steps.solution import ResolutionForm, ValidationForm
from circuito.web.forms.steps.visits import VisitCancellationForm, VisitForm
from circuito.web.forms.steps.waiting import AnswerForm, QuestionForm, ResumptionForm

#: In the order of the circuit; the first that is open to the reader is what the ticket waits for.
FORMS: tuple[type[StepForm], ...] = (
    AnswerForm,
    IdentificationForm,
    TriageForm,
    QuoteForm,
    QuoteAnswerForm,
    QuoteQuestionForm,
    ValidationForm,
    ResolutionForm,
    AssignmentForm,
    PromiseForm,
    ResumptionForm,
    QuestionForm,
    ReclassificationForm,
    CreditForm,
    SessionForm,
    VisitForm,
    ModeForm,
    AccessForm,
    AccessRevocationForm,
    AccessViewForm,
    VisitCancellationForm,
    ReopeningForm,
    DateRequestForm,
    WithdrawalForm,
    VoidForm,
)
BY_WORD = {form.word: form for form in FORMS}

__all__ = ["BY_WORD", "FORMS", "Answer", "StepForm"]
