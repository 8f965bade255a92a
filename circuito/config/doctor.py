"""The doctor: looks at what an installation needs and says in a line each how it is."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from circuito import __version__
from circuito.clock import now
from circuito.config.environment import Environment

Finding = tuple[bool, str]


def examine(environment: Environment) -> int:
    """Print a line a finding; return 0 where all is well, 1 where something must be mended."""
    print(f"Circuito {__version__}")
    well = True
    for good, sentence in _findings(environment):
        print(f"{'ok ' if good else 'MAL'}  {sentence}")
        well = well and good
    return 0 if well else 1


def unapplied_migrations() -> list[str]:
    """Name the migrations that the database still lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _findings(environment: Environment) -> Iterator[Finding]:
    yield _database(environment)
    missing = unapplied_migrations()
    yield not missing, f"migraciones: {'al día' if not missing else 'faltan ' + ', '.join(missing)}"
    if missing:
        return
    checks: list[Callable[[Environment], Finding]] = [_people, _worker, _files, _received_mail, _notices, _smtp]
    for check in checks:
        yield check(environment)
    yield from _alarms(environment)


def _database(environment: Environment) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    where = "DATABASE_URL" if environment.database_url else f"incluida, en {environment.data / 'postgresql'}"
    return int(version.split(".")[0]) >= 14, f"PostgreSQL {version} ({where})"


def _people(environment: Environment) -> Finding:
    from circuito.people.models import User

    staff = User.objects.filter(is_active=True, role__in=["desk", "manager"]).count()
    return staff > 0, f"personas: {staff} en la mesa de soporte o gerencia"


def _worker(environment: Environment) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %s",
            [now() - timedelta(minutes=1)],
        )
        count = cursor.fetchone()[0]
    return count > 0, f"procesos que hacen los trabajos: {count}"


def _files(environment: Environment) -> Finding:
    from circuito.tickets.files import files

    where = environment.storage_url.rpartition("@")[2] or str(environment.data / "files")
    key = "doctor/escribible"
    try:
        files().put(key, BytesIO(b"ok"))
        with files().open(key) as found:
            good = found.read() == b"ok"
        files().delete(key)
    except OSError as error:
        return False, f"archivos: no se puede escribir en {where}: {error}"
    return good, f"archivos: se escriben en {where}"


def _received_mail(environment: Environment) -> Finding:
    from circuito.intake.models import ReceivedMail

    late = ReceivedMail.objects.filter(outcome="pending", received_at__lt=now() - timedelta(minutes=5)).count()
    waiting = ReceivedMail.objects.filter(outcome__in=["undecided", "quarantined"]).count()
    return late == 0, f"correo recibido: {late} sin leer hace más de 5 minutos, {waiting} por decidir"


def _notices(environment: Environment) -> Finding:
    from circuito.notices.models import Notice

    late = Notice.objects.filter(fate="queued", created_at__lt=now() - timedelta(minutes=5)).count()
    failed = Notice.objects.filter(fate="failed", created_at__gt=now() - timedelta(days=7)).count()
    return late == 0, f"avisos: {late} en cola hace más de 5 minutos, {failed} fallidos en 7 días"


def _alarms(environment: Environment) -> Iterator[Finding]:
    from circuito.intake import canary
    from circuito.intake.alarms import alarms

    found = alarms(now())
    for alarm in found:
        since = f" (desde {alarm.since:%Y-%m-%d %H:%M} UTC)" if alarm.since else ""
        yield False, f"alarma {alarm.code}: {alarm.sentence}{since}"
    if not found:
        yield True, "correo: ninguna alarma"
    if environment.smtp_url:
        on = f"cada {environment.canary_minutes} minutos por {len(canary.doors())} puertas"
        yield True, f"correos de prueba: {on if canary.is_on() else 'apagados (CIRCUITO_CANARY_MINUTES=0)'}"


def _smtp(environment: Environment) -> Finding:
    if not environment.smtp_url:
        return True, "sin SMTP_URL: los avisos quedan en el correo de demostración"
    parts = urlsplit(environment.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "localhost", parts.port or 25, timeout=10) as server:
            code, _text = server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return False, f"el servidor de correo saliente no contesta: {error}"
    return code == 250, f"correo saliente: {parts.hostname} contesta"
