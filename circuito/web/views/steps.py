"""The steps of a ticket, and what is said on it: each a POST; a link in a mail only ever opens the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from circuito.access import check_step, open_steps, ticket_for
from circuito.clock import now
from circuito.steps import conversation
from circuito.steps.errors import InvalidInput
from circuito.tickets.storage import as_files, forget_uploads
from circuito.tickets.words import state_label
from circuito.web.forms.requests import MessageForm
from circuito.web.forms.steps import BY_WORD, Answer, StepForm
from circuito.web.request import Request
from circuito.web.views.tickets import ticket_page
from circuito.web.views.uploads import received

if TYPE_CHECKING:
    from circuito.tickets.models import Ticket


@sensitive_post_parameters("secret")
def take_step(request: Request, number: int, word: str) -> HttpResponse:
    """Take a step of ticket `number`; what cannot be used is shown again beside what was typed."""
    ticket = ticket_for(request.actor, number)
    if word not in BY_WORD:
        raise Http404
    if request.method != "POST":
        return redirect("ticket", number=number)
    form = BY_WORD[word](request.POST, ticket=ticket, actor=request.actor)
    _refuse_early(request, ticket, form.steps)
    _receive_files(request, form)
    answer = request.POST.get("answer", "")
    if answer not in [value for value, _label, _style in form.answers]:
        form.add_error(None, _("Elija qué responder."))  # never guess: one of two answers ends the ticket
    if form.is_valid():
        try:
            page = form.take(number, answer, actor=request.actor, now=now())
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
        else:
            return _shown_once(request, page) if page is not None else _taken(request, number, form)
    return ticket_page(request, ticket, filled=form, status=422)


def _taken(request: Request, number: int, form: StepForm) -> HttpResponse:
    """Go back to the ticket, and say where it stands now."""
    forget_uploads(form.uploads)
    state = state_label(ticket_for(request.actor, number).state)
    messages.success(request, _("Listo: el ticket está en «%(state)s».") % {"state": state})
    if form.warning:
        messages.warning(request, form.warning)
    return redirect("ticket", number=number)


def _shown_once(request: Request, page: Answer) -> HttpResponse:
    """Answer with a page that no browser keeps, nor shows again when one goes back to it."""
    response = render(request, page.template, page.data)
    response["Cache-Control"] = "no-store, private"
    return response


def _refuse_early(request: Request, ticket: Ticket, steps: tuple[str, ...]) -> None:
    """Say that a step is not open before saying that its form has errors."""
    if not set(steps).intersection(open_steps(request.actor, ticket)):
        check_step(steps[0], request.actor, ticket)


def _receive_files(request: Request, form: StepForm) -> None:
    """Keep the files that came with a form, so that no error in it loses them."""
    if form.takes_files:
        form.uploads, problems = received(request)
        for problem in problems:
            form.add_error(None, problem)


@require_POST
def add_message(request: Request, number: int) -> HttpResponse:
    ticket = ticket_for(request.actor, number)
    form = MessageForm(request.POST, auto_id="message-%s")
    uploads, problems = received(request)
    for problem in problems:
        form.add_error(None, problem)
    if not form.is_valid():
        return ticket_page(request, ticket, message=form, uploads=uploads, status=422)
    conversation.add_message(
        number,
        body=form.cleaned_data["body"],
        internal=form.cleaned_data["internal"],
        files=as_files(uploads),
        actor=request.actor,
        now=now(),
    )
    forget_uploads(uploads)
    done = _("Nota guardada.") if form.cleaned_data["internal"] else _("Mensaje enviado.")
    messages.success(request, done)
    return redirect("ticket", number=number)


@require_POST
def mark_read(request: Request, number: int) -> HttpResponse:
    conversation.mark_read(number, actor=request.actor)
    return redirect("ticket", number=number)
