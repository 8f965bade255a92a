"""What an installation may say of itself: the environment, or a `.env` beside it. Read here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from circuito.config.outgoing import Outgoing, read_outgoing

DEFAULT_SUPPORT_ADDRESS = "soporte@circuito.localhost"


class BadSetting(ValueError):
    """A setting that cannot be used; the sentence names it and says what it takes."""


@dataclass(frozen=True)
class Environment:
    """The settings of one installation; the README lists them."""

    data: Path
    web_host: str
    web_port: int
    smtp_host: str
    smtp_port: int
    smtp_certificate: str
    smtp_key: str
    base_url: str
    database_url: str
    storage_url: str
    webhook_secret: str
    anymail: dict[str, str]
    smtp_url: str
    support_address: str
    outgoing: Outgoing
    authserv_ids: frozenset[str]
    ca_file: str
    canary_minutes: int
    time_zone: str
    demo: bool
    debug: bool


def read_environment(values: Mapping[str, str] | None = None, folder: Path | None = None) -> Environment:
    """Read the settings; what the environment says goes before what `.env` in `folder` says."""
    given = {**_dotenv((folder or Path.cwd()) / ".env"), **(os.environ if values is None else values)}
    web_port = _port(given, "CIRCUITO_WEB_PORT", 8000)
    return Environment(
        data=Path(given.get("CIRCUITO_DATA") or "var").expanduser().resolve(),
        web_host=given.get("CIRCUITO_WEB_HOST") or "127.0.0.1",
        web_port=web_port,
        smtp_host=given.get("CIRCUITO_SMTP_HOST") or "127.0.0.1",
        smtp_port=_port(given, "CIRCUITO_SMTP_PORT", 2525),
        smtp_certificate=_file(given, "CIRCUITO_SMTP_CERT"),
        smtp_key=_file(given, "CIRCUITO_SMTP_KEY"),
        base_url=(given.get("CIRCUITO_BASE_URL") or f"http://localhost:{web_port}").rstrip("/"),
        database_url=given.get("DATABASE_URL", ""),
        storage_url=given.get("STORAGE_URL", ""),
        webhook_secret=_user_and_password(given, "CIRCUITO_WEBHOOK_SECRET"),
        anymail={name.removeprefix("ANYMAIL_"): text for name, text in given.items() if name.startswith("ANYMAIL_")},
        smtp_url=given.get("SMTP_URL", ""),
        support_address=given.get("CIRCUITO_SUPPORT_ADDRESS") or DEFAULT_SUPPORT_ADDRESS,
        outgoing=_outgoing(given),
        authserv_ids=frozenset(given.get("CIRCUITO_AUTHSERV_IDS", "").lower().replace(",", " ").split()),
        ca_file=_file(given, "CIRCUITO_CA_FILE"),
        canary_minutes=_minutes(given, "CIRCUITO_CANARY_MINUTES", 5),
        time_zone=given.get("CIRCUITO_TIME_ZONE") or "America/Montevideo",
        demo=given.get("CIRCUITO_DEMO", "1") != "0",
        debug=given.get("CIRCUITO_DEBUG", "0") == "1",
    )


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and line[:1] != "#")
    return {key.strip().removeprefix("export "): value.strip().strip("'\"") for key, value in pairs}


def _file(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    if text and not Path(text).is_file():
        raise BadSetting(f"{name} must be a file, and there is no {text}.")
    return text


def _user_and_password(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    user, _colon, password = text.partition(":")
    if text and not (user and password):
        raise BadSetting(f"{name} must be a user and a password with a colon between them, as in buzon:una-clave.")
    return text


def _outgoing(given: Mapping[str, str]) -> Outgoing:
    try:
        return read_outgoing(given)
    except ValueError as error:
        raise BadSetting(str(error)) from error


def _minutes(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdecimal() or int(text) > 1440:
        raise BadSetting(f"{name} must be a number of minutes up to 1440 (0: never), and it says {text!r}.")
    return int(text)


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise BadSetting(f"{name} must be a port between 1 and 65535, and it says {text!r}.")
    return int(text)
