"""What can go wrong with a mailbox, each as a sentence that a person can act on."""

from __future__ import annotations

import re
import socket
import ssl

from django.utils.translation import gettext as _
from imapclient import exceptions

from circuito.intake.models import Mailbox
from circuito.intake.trust import BadAuthorities
from circuito.secrets import UnreadableSecret

#: All that imaplib and IMAPClient raise on a connection that breaks or a server that talks nonsense, and we on ours.
RAISED = (OSError, exceptions.IMAPClientError, ValueError, BadAuthorities)
#: Words of a server that cannot serve anybody now (RFC 5530, and Exchange's own): no single mail is to blame.
_OUTAGE = re.compile(
    r"unavailable|inuse|\bbusy|not connected|try again|temporar|throttl|too many|\[limit\]|overquota", re.I
)
SAID = 300


class MailboxTrouble(Exception):
    """A mailbox cannot be fetched; the sentence says why. `hopeless`: trying again soon changes nothing."""

    hopeless = False


class ConnectionLost(MailboxTrouble):
    """The connection broke, or never came to be."""


class LoginRefused(MailboxTrouble):
    """The server does not take the user and the password, or the permission."""

    hopeless = True


class ConsentExpired(MailboxTrouble):
    """Nobody's permission is left to read this mailbox: somebody has to give it again."""

    hopeless = True

    def __init__(self, *, given: bool = True) -> None:
        super().__init__(_("El permiso caducó: autorice de nuevo.") if given else _("Falta autorizar el buzón."))


class CursorMoved(MailboxTrouble):
    """Somebody else moved the mailbox's cursor, or the mailbox is another by now: begin anew."""

    def __init__(self) -> None:
        super().__init__(_("El buzón cambió mientras se lo leía: se empieza de nuevo."))


class NotKept(MailboxTrouble):
    """The disk, or what stands for it, does not take a mail: it stays in the mailbox."""

    def __init__(self, error: OSError) -> None:
        told = _("No se pudo guardar un correo, que sigue en el buzón: %(error)s")
        super().__init__(told % {"error": error.strerror or error})


class MailRefused(Exception):
    """The server, otherwise well, does not give one mail; `said` is what it said."""

    def __init__(self, uid: int, said: str) -> None:
        super().__init__(said)
        self.uid, self.said = uid, said


def said(error: BaseException) -> str:
    """Return a server's own words, short, on one line."""
    text = error.args[0] if error.args else ""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join(re.sub(r"[\x00-\x1f\x7f]+", " ", text).split())[:SAID]


def is_cut(error: BaseException) -> bool:
    """Tell a lost connection from a refusal; IMAPClient makes a refused login of both."""
    lost = (OSError, exceptions.IMAPClientAbortError)
    return isinstance(error, lost) or isinstance(error.__context__, lost)


def is_outage(error: BaseException) -> bool:
    """Tell a server that cannot serve anybody now from one that only refuses what was asked."""
    return is_cut(error) or bool(_OUTAGE.search(said(error)))


def trouble_of(error: Exception, mailbox: Mailbox) -> MailboxTrouble:
    """Say what an error on the way to a mailbox means."""
    if isinstance(error, MailboxTrouble):
        return error
    if isinstance(error, BadAuthorities):
        return MailboxTrouble(str(error))
    if isinstance(error, UnreadableSecret):
        return LoginRefused(str(error))
    if isinstance(error, exceptions.LoginError) and not is_outage(error):
        return LoginRefused(_login_refused(mailbox) % {"said": said(error)})
    names = {"host": mailbox.host, "port": mailbox.port, "error": said(error)}
    kind = ConnectionLost if is_cut(error) else MailboxTrouble
    return kind(_sentence(error) % (names | _more(error)))


def _login_refused(mailbox: Mailbox) -> str:
    if mailbox.login == "oauth":
        return _(
            "El servidor rechazó el permiso de OAuth: revise el usuario y los permisos de la aplicación. (%(said)s)"
        )
    return _("El servidor rechazó el usuario o la contraseña. (%(said)s)")


def _sentence(error: Exception) -> str:
    """Return the sentence, with `%(host)s`, `%(port)d` and `%(error)s` still in it."""
    for kind, sentence in _sentences():
        if isinstance(error, kind):
            return sentence
    return _("%(host)s contestó algo inesperado: %(error)s")


def _sentences() -> list[tuple[type[Exception], str]]:
    return [
        (
            ssl.SSLCertVerificationError,
            _(
                "No se puede confiar en el certificado de %(host)s: %(error)s. Si lo firma una autoridad propia, "
                "indíquela en CIRCUITO_CA_FILE."
            ),
        ),
        (ssl.SSLError, _("%(host)s no habla TLS en el puerto %(port)d: pruebe con STARTTLS o con otro puerto.")),
        (socket.gaierror, _("No existe el servidor %(host)s, o no se lo encuentra: revise el nombre.")),
        (ConnectionRefusedError, _("%(host)s no acepta conexiones en el puerto %(port)d.")),
        (TimeoutError, _("%(host)s no contesta en el puerto %(port)d.")),
        (exceptions.CapabilityError, _("%(host)s no ofrece STARTTLS en el puerto %(port)d: pruebe con TLS.")),
        (exceptions.LoginError, _("%(host)s no atiende en este momento: %(error)s")),
        (exceptions.IMAPClientAbortError, _("Se cortó la conexión con %(host)s: %(error)s")),
        (OSError, _("Se cortó la conexión con %(host)s: %(error)s")),
    ]


def _more(error: Exception) -> dict[str, str]:
    """Return better words for what the operating system and OpenSSL say by numbers."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return {"error": error.verify_message}
    return {"error": error.strerror or said(error)} if isinstance(error, OSError) else {}
