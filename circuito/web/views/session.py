"""Coming in, going out, the password, and how the program speaks to me."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.administration.users import save_own_settings, send_password_link
from circuito.clock import now
from circuito.people.addresses import active_user
from circuito.web.forms.people import ForgottenForm, ProfileForm
from circuito.web.request import Request


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": lazy("Usuario o contraseña incorrectos. Revise mayúsculas, o pida un enlace nuevo más abajo."),
        "inactive": lazy("Usuario o contraseña incorrectos. Revise mayúsculas, o pida un enlace nuevo más abajo."),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].label = _("Usuario o correo")
        self.fields["password"].label = _("Contraseña")


login = LoginView.as_view(template_name="login.html", authentication_form=LoginForm, redirect_authenticated_user=True)
logout = LogoutView.as_view()
set_password = login_not_required(
    PasswordResetConfirmView.as_view(
        template_name="set_password.html", success_url=reverse_lazy("login"), post_reset_login=False
    )
)


@login_not_required
def forgotten(request: HttpRequest) -> HttpResponse:
    """Mail a new link; the answer is the same whether or not the address is known."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = active_user(form.cleaned_data["email"].strip())
        if user is not None:
            send_password_link(user, now())
        messages.success(request, _("Si la dirección tiene usuario, en unos minutos recibe un enlace."))
        return redirect("login")
    return render(request, "forgotten.html", {"form": form})


def profile(request: Request) -> HttpResponse:
    user = request.actor.user
    assert user is not None  # the login is required before this
    initial = {"language": user.language, "time_zone": user.time_zone, "digest": user.digest}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            save_own_settings(user, **form.cleaned_data)
        return redirect("profile")
    return render(request, "profile.html", {"form": form, "user": user})
