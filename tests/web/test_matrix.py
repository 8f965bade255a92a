"""Every address of the site against everybody: a new one must say here who it is for, or this fails."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from circuito.clock import desk_date, now
from circuito.contracts.models import Contract, WorkCalendar
from circuito.intake.mail import drain
from circuito.intake.models import ReceivedMail
from circuito.intake.reception import keep
from circuito.notices.delivery import deliver_due
from circuito.notices.models import Notice
from circuito.steps.conversation import add_message
from circuito.steps.time import start_timer
from circuito.tickets.models import Attachment
from circuito.tickets.storage import store
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

#: name: (address, what a GET answers to: nobody logged in, stranger, client, consultant, desk)
LOGIN = 302
MATRIX: dict[str, tuple[str, tuple[int, int, int, int, int]]] = {
    "home": ("/", (LOGIN, 200, 200, 200, 200)),
    "login": ("/login/", (200, 302, 302, 302, 302)),
    "logout": ("/logout/", (LOGIN, 405, 405, 405, 405)),
    "forgotten": ("/password/forgotten/", (200, 200, 200, 200, 200)),
    "set-password": ("/password/x/y/", (200, 200, 200, 200, 200)),
    "profile": ("/profile/", (LOGIN, 200, 200, 200, 200)),
    "language": ("/language/", (405, 405, 405, 405, 405)),
    "help": ("/help/", (LOGIN, 200, 200, 200, 200)),
    "tickets": ("/tickets/", (LOGIN, 200, 200, 200, 200)),
    "tickets-excel": ("/tickets.xlsx", (LOGIN, 200, 200, 200, 200)),
    "log": ("/log/", (LOGIN, 200, 200, 200, 200)),
    "new-ticket": ("/tickets/new/", (LOGIN, 200, 200, 403, 403)),
    "new-call": ("/calls/new/", (LOGIN, 403, 403, 403, 200)),
    "callers": ("/callers/", (LOGIN, 403, 403, 403, 200)),
    "upload": ("/uploads/", (LOGIN, 405, 405, 405, 405)),
    "remove-upload": ("/uploads/00000000-0000-0000-0000-000000000000/removal/", (LOGIN, 405, 405, 405, 405)),
    "ticket": ("/tickets/{number}/", (LOGIN, 404, 200, 200, 200)),
    "ticket-log": ("/tickets/{number}/log/", (LOGIN, 404, 200, 200, 200)),
    "attachment": ("/tickets/{number}/attachments/{file}/", (LOGIN, 404, 200, 200, 200)),
    "quote-decision": ("/tickets/{number}/quotes/1/decision.pdf", (LOGIN, 404, 404, 404, 404)),  # nothing decided
    "messages": ("/tickets/{number}/messages/", (LOGIN, 405, 405, 405, 405)),
    "read": ("/tickets/{number}/read/", (LOGIN, 405, 405, 405, 405)),
    "time-entries": ("/tickets/{number}/time/", (LOGIN, 403, 403, 200, 200)),
    "timer": ("/tickets/{number}/timer/", (LOGIN, 403, 403, 405, 405)),
    "timer-stop": ("/timer/stop/", (LOGIN, 403, 403, 405, 405)),
    "time": ("/time/", (LOGIN, 403, 403, 200, 200)),
    "time-void": ("/time/{time}/void/", (LOGIN, 403, 403, 200, 404)),
    "step": ("/tickets/{number}/void/", (LOGIN, 404, 302, 302, 302)),
    "mail-room": ("/mail/", (LOGIN, 403, 403, 403, 200)),
    "mail-hook": ("/mail/hooks/mailgun/", (404, 404, 404, 404, 404)),
    "mail-arrivals": ("/mail/arrivals/", (LOGIN, 403, 403, 403, 200)),
    "mail-outgoing": ("/mail/outgoing/", (LOGIN, 403, 403, 403, 200)),
    "mail-resending": ("/mail/outgoing/{notice}/resending/", (LOGIN, 403, 403, 403, 405)),
    "mail-stopped": ("/mail/stopped/", (LOGIN, 403, 403, 403, 200)),
    "mail-clearance": ("/mail/stopped/1/clearance/", (LOGIN, 403, 403, 403, 405)),
    "mail": ("/mail/{mail}/", (LOGIN, 403, 403, 403, 200)),
    "mail-raw": ("/mail/{mail}/raw/", (LOGIN, 403, 403, 403, 200)),
    "mail-decision": ("/mail/{mail}/discard/", (LOGIN, 403, 403, 403, 405)),
    "mailboxes": ("/mailboxes/", (LOGIN, 403, 403, 403, 403)),
    "new-mailbox": ("/mailboxes/new/", (LOGIN, 403, 403, 403, 403)),
    "mailbox-authorized": ("/mailboxes/authorized/", (LOGIN, 403, 403, 403, 403)),
    "mailbox": ("/mailboxes/1/", (LOGIN, 403, 403, 403, 403)),
    "mailbox-check": ("/mailboxes/1/check/", (LOGIN, 403, 403, 403, 403)),
    "mailbox-authorization": ("/mailboxes/1/authorization/", (LOGIN, 403, 403, 403, 403)),
    "demo-mail": ("/demo-mail/", (LOGIN, 403, 403, 403, 200)),
    "demo-mail-notice": ("/demo-mail/{notice}/", (LOGIN, 403, 403, 403, 200)),
    "demo-mail-html": ("/demo-mail/{notice}/html/", (LOGIN, 403, 403, 403, 200)),
    "clients": ("/clients/", (LOGIN, 403, 403, 403, 200)),
    "new-client": ("/clients/new/", (LOGIN, 403, 403, 403, 200)),
    "client": ("/clients/{client}/", (LOGIN, 403, 403, 403, 200)),
    "users": ("/users/", (LOGIN, 403, 403, 403, 200)),
    "new-user": ("/users/new/", (LOGIN, 403, 403, 403, 200)),
    "user": ("/users/{user}/", (LOGIN, 403, 403, 403, 200)),
    "password-link": ("/users/{user}/password-link/", (LOGIN, 403, 403, 403, 405)),
    "installed-products": ("/clients/{client}/products/", (LOGIN, 403, 403, 403, 200)),
    "installed-product-removal": ("/clients/{client}/products/1/removal/", (LOGIN, 403, 403, 403, 405)),
    "contracts": ("/contracts/", (LOGIN, 403, 403, 403, 200)),
    "new-contract": ("/contracts/new/", (LOGIN, 403, 403, 403, 200)),
    "contract": ("/contracts/{contract}/", (LOGIN, 403, 403, 403, 200)),
    "contract-agreement": ("/contracts/{contract}/agreement/", (LOGIN, 403, 403, 403, 200)),
    "contract-purchases": ("/contracts/{contract}/purchases/", (LOGIN, 403, 403, 403, 405)),
    "contract-adjustments": ("/contracts/{contract}/adjustments/", (LOGIN, 403, 403, 403, 405)),
    "hours": ("/hours/", (LOGIN, 200, 200, 403, 403)),
    "contract-hours": ("/hours/{contract}/", (LOGIN, 404, 200, 403, 403)),
    "consultants": ("/consultants/", (LOGIN, 403, 403, 403, 200)),
    "consultant": ("/consultants/{consultant}/", (LOGIN, 403, 403, 200, 200)),
    "consultant-skills": ("/consultants/{consultant}/skills/", (LOGIN, 403, 403, 403, 405)),
    "consultant-absences": ("/consultants/{consultant}/absences/", (LOGIN, 403, 403, 405, 405)),
    "absence-removal": ("/consultants/{consultant}/absences/1/removal/", (LOGIN, 403, 403, 405, 405)),
    "promises": ("/promises/", (LOGIN, 403, 403, 403, 200)),
    "promises-excel": ("/promises.xlsx", (LOGIN, 403, 403, 403, 200)),
    "calendars": ("/calendars/", (LOGIN, 403, 403, 403, 200)),
    "new-calendar": ("/calendars/new/", (LOGIN, 403, 403, 403, 403)),
    "calendar": ("/calendars/{calendar}/", (LOGIN, 403, 403, 403, 200)),
    "calendar-removal": ("/calendars/{calendar}/removal/", (LOGIN, 403, 403, 403, 403)),
    "calendar-days": ("/calendars/{calendar}/days/", (LOGIN, 403, 403, 403, 403)),
    "calendar-day-removal": ("/calendars/{calendar}/days/1/removal/", (LOGIN, 403, 403, 403, 403)),
    "on-call": ("/on-call/", (LOGIN, 403, 403, 403, 200)),
    "on-call-removal": ("/on-call/1/removal/", (LOGIN, 403, 403, 403, 405)),
    "knobs": ("/settings/", (LOGIN, 403, 403, 403, 200)),
    "knob-history": ("/settings/history/", (LOGIN, 403, 403, 403, 200)),
    "knob-original": ("/settings/original/", (LOGIN, 403, 403, 403, 403)),
    "catalogues": ("/catalogues/", (LOGIN, 403, 403, 403, 302)),
    "catalogue": ("/catalogues/components/", (LOGIN, 403, 403, 403, 200)),
    "new-entry": ("/catalogues/components/new/", (LOGIN, 403, 403, 403, 200)),
    "entry": ("/catalogues/components/{component}/", (LOGIN, 403, 403, 403, 200)),
    "service": ("/service/", (LOGIN, 403, 403, 403, 200)),
    "service-excel": ("/service.xlsx", (LOGIN, 403, 403, 403, 200)),
    "service-cause": ("/service/1/cause/", (LOGIN, 403, 403, 403, 405)),
    "service-levels": ("/service-levels/", (LOGIN, 403, 403, 403, 403)),
    "new-service-level": ("/service-levels/new/", (LOGIN, 403, 403, 403, 403)),
    "service-level": ("/service-levels/1/", (LOGIN, 403, 403, 403, 403)),
    "health": ("/health/", (200, 200, 200, 200, 200)),
    "mail-health": ("/health/mail/", (503, 503, 503, 503, 503)),  # in a test no worker runs
}


def test_every_address_is_in_the_matrix() -> None:
    site = next(each for each in get_resolver().url_patterns if str(each.pattern) == "")
    names = {each.name for each in getattr(site, "url_patterns", []) if isinstance(each, URLPattern)}
    assert names == set(MATRIX)


@pytest.mark.parametrize("name", MATRIX)
def test_each_address_answers_each_person_as_the_matrix_says(
    cast: Cast, browse: Browse, client: Client, name: str
) -> None:
    path, expected = MATRIX[name]
    address = path.format(**_rows(cast))
    browsers = [client, browse("zoe"), browse("ana"), browse("carlos"), browse("dora")]
    assert tuple(each.get(address).status_code for each in browsers) == expected


@pytest.mark.parametrize("word", ["messages", "read", "withdrawal", "validations", "quote-answers", "void", "nada"])
def test_a_strangers_post_finds_no_ticket(cast: Cast, browse: Browse, word: str) -> None:
    number = a_ticket(cast).number
    missing, foreign = (browse("zoe").post(f"/tickets/{n}/{word}/", {"body": "x"}) for n in (999_999, number))
    assert missing.status_code == foreign.status_code == 404
    assert missing.content == foreign.content


@pytest.mark.parametrize(
    "path", ["/tickets/99999999999999999999/", "/tickets/0/", "/nada/", "/tickets/1/attachments/1/"]
)
def test_what_does_not_exist_is_a_page_with_a_way_on(cast: Cast, browse: Browse, path: str) -> None:
    answer = browse("ana").get(path)
    assert answer.status_code == 404
    assert "No existe, o no es de su empresa" in answer.content.decode()


def _rows(cast: Cast) -> dict[str, int]:
    number = a_ticket(cast, "assigned").number
    file = store("a.txt", "text/plain", b"hola")
    add_message(number, body="va", files=[file], actor=cast.actor("ana"), now=now())
    keep(b"no mail", envelope_from="", envelope_to="s@x.example", now=now())
    drain(now())
    deliver_due(now())
    return {
        "number": number,
        "file": Attachment.objects.get().pk,
        "mail": ReceivedMail.objects.get().pk,
        "notice": Notice.objects.order_by("id")[0].pk,
        "client": cast.acme.pk,
        "calendar": WorkCalendar.objects.get(standard=True).pk,
        "contract": Contract.objects.create(client=cast.acme, name="Mantenimiento", starts_on=desk_date(now())).pk,
        "user": cast.ana.pk,
        "consultant": cast.carlos.pk,
        "time": start_timer(number, actor=cast.actor("carlos"), now=now()).pk,
        "component": cast.billing.pk,
    }
