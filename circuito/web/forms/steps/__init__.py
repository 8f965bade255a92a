"""One form a step: what it asks, and the call that takes it. What is allowed is not decided here."""

from circuito.web.forms.steps.assignment import AssignmentForm, PromiseForm
from circuito.web.forms.steps.base import StepForm
from circuito.web.forms.steps.closing import ReopeningForm, VoidForm, WithdrawalForm
from circuito.web.forms.steps.quotes import QuoteAnswerForm, QuoteForm
from circuito.web.forms.steps.reception import CreditForm, IdentificationForm, TriageForm
from circuito.web.forms.steps.solution import ResolutionForm, ValidationForm

#: In the order of the circuit; the first that is open to the reader is what the ticket waits for.
FORMS: tuple[type[StepForm], ...] = (
    IdentificationForm,
    TriageForm,
    QuoteForm,
    QuoteAnswerForm,
    ValidationForm,
    ResolutionForm,
    AssignmentForm,
    PromiseForm,
    CreditForm,
    ReopeningForm,
    WithdrawalForm,
    VoidForm,
)
BY_WORD = {form.word: form for form in FORMS}

__all__ = ["BY_WORD", "FORMS", "StepForm"]
