"""What people see where something cannot be shown or done: a sentence and a way on, never a trace."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from circuito.rules.circuit import StepRefused
from circuito.steps.errors import refusal


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(request, "error.html", {"title": title, "sentence": sentence}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what does not exist and what is not the reader's."""
    sentence = _("No existe, o no es de su empresa. Revise el número o vuelva al inicio.")
    return _page(request, 404, _("No encontramos esa página"), sentence)


def refused(request: HttpRequest, exception: StepRefused) -> HttpResponse:
    """409: the circuit does not allow the step now."""
    return _page(request, 409, _("Ese paso ya no se puede dar"), refusal(exception))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the page is there, and not for this role."""
    return _page(request, 403, _("No tiene permiso"), _("Su perfil no incluye esta página."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent something that cannot be read."""
    return _page(request, 400, _("No pudimos leer lo enviado"), _("Vuelva atrás e intente de nuevo."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that was open for too long."""
    sentence = _("El formulario estuvo abierto mucho tiempo. Vuelva atrás, recargue la página y envíelo otra vez.")
    return _page(request, 403, _("El formulario venció"), sentence)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault, and it is logged."""
    sentence = _("Algo falló de nuestro lado y quedó registrado. Intente de nuevo en unos minutos.")
    return _page(request, 500, _("Algo salió mal"), sentence)
