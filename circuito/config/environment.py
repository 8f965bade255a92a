"""What an installation may say of itself: the environment, or a `.env` beside it. Read here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    base_url: str
    database_url: str
    smtp_url: str
    support_address: str
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
        base_url=(given.get("CIRCUITO_BASE_URL") or f"http://localhost:{web_port}").rstrip("/"),
        database_url=given.get("DATABASE_URL", ""),
        smtp_url=given.get("SMTP_URL", ""),
        support_address=given.get("CIRCUITO_SUPPORT_ADDRESS") or DEFAULT_SUPPORT_ADDRESS,
        time_zone=given.get("CIRCUITO_TIME_ZONE") or "America/Montevideo",
        demo=given.get("CIRCUITO_DEMO", "1") != "0",
        debug=given.get("CIRCUITO_DEBUG", "0") == "1",
    )


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and line[:1] != "#")
    return {key.strip().removeprefix("export "): value.strip().strip("'\"") for key, value in pairs}


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise BadSetting(f"{name} must be a port between 1 and 65535, and it says {text!r}.")
    return int(text)
