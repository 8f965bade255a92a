"""All that runs by itself, and when. Each body is one line that calls what a test can call.

Nothing here depends on being run exactly once: every job asks the database what is due. So two workers,
or none for a while, neither double nor skip anything. What a killed worker left is taken up within a minute.
"""

from __future__ import annotations

from datetime import timedelta

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from circuito import jobs
from circuito.administration import hour_periods, service_levels
from circuito.clock import now
from circuito.intake import canary, mail
from circuito.intake.reader import purge_scratch
from circuito.intake.reception import purge_raw
from circuito.notices import delivery
from circuito.notices.reminders import digests, promises, quotes, validations, waiting
from circuito.notices.reminders import hours as hours_left
from circuito.notices.reminders import service as service_deadlines
from circuito.steps.access_consents import purge_secrets
from circuito.steps.quotation import expire_quotes
from circuito.steps.visits import cancel_void_visits
from circuito.steps.waiting import lapse_unanswered
from circuito.tickets.blobs import purge_files
from circuito.tickets.promises import settle_overdue
from circuito.tickets.storage import purge_uploads

FORGET = timedelta(days=2)
LINGER_SECONDS = 0.03
KEEP_JOBS_HOURS = 48


@app.task(name=jobs.DRAIN_RECEIVED_MAIL)
def drain_received_mail() -> None:
    mail.drain(now(), LINGER_SECONDS)


@app.task(name=jobs.DELIVER_NOTICES, pass_context=True)
def deliver_notices(context: JobContext) -> None:
    delivery.drain(now, context.should_abort)


@app.periodic(cron="* * * * *")
@app.task(name="every_minute", queueing_lock="every_minute")
def every_minute(timestamp: int) -> None:
    jobs.enqueue_once(jobs.DRAIN_RECEIVED_MAIL)
    jobs.enqueue_once(jobs.DELIVER_NOTICES)


@app.periodic(cron="*/5 * * * *")
@app.task(name="weekly", queueing_lock="weekly")
def weekly(timestamp: int) -> None:
    validations.remind(now())
    digests.digest(now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="expire_quotes", queueing_lock="expire_quotes")
def expire_quotes_job(timestamp: int) -> None:
    expire_quotes(now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="remind_quotes", queueing_lock="remind_quotes")
def remind_quotes(timestamp: int) -> None:
    quotes.remind(now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="promises", queueing_lock="promises")
def watch_promises(timestamp: int) -> None:
    settle_overdue(now())
    promises.remind(now())
    promises.tell_managers(now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="waiting", queueing_lock="waiting")
def waiting_for_clients(timestamp: int) -> None:
    waiting.remind(now())
    lapse_unanswered(now())
    cancel_void_visits(now())


@app.periodic(cron="7 * * * *")
@app.task(name="contract_hours", queueing_lock="contract_hours")
def contract_hours(timestamp: int) -> None:
    hour_periods.keep_books(now())
    hours_left.warn(now())


@app.periodic(cron="* * * * *")
@app.task(name="service_levels", queueing_lock="service_levels")
def keep_service_levels(timestamp: int) -> None:
    service_levels.keep(now())
    service_deadlines.watch(now())


@app.periodic(cron="* * * * *")
@app.task(name="canaries", queueing_lock="canaries")
def canaries(timestamp: int) -> None:
    canary.send_due(now())
    canary.check(now())


@app.periodic(cron="17 * * * *")
@app.task(name="purge", queueing_lock="purge")
def purge(timestamp: int) -> None:
    """Drop what nobody waits for any more: forms given up, test mails, secrets that ran out, files without a row."""
    before = now() - FORGET
    purge_uploads(before)
    purge_secrets(before)
    canary.purge(before)
    purge_files(before)
    purge_raw(before)
    purge_scratch(before)


@app.periodic(cron="23 * * * *")
@app.task(name="forget_jobs", queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_JOBS_HOURS)


@app.periodic(cron="* * * * * */15")
@app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    await retry_stalled_jobs(context.app.job_manager)


async def retry_stalled_jobs(manager: JobManager) -> None:
    """Take up the jobs of workers that no longer answer.

    A job of which another waits already is not started anew: the one that waits does what it would have done, and
    two that wait are refused.
    """
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=jobs.STALLED_SECONDS):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, Status.FAILED, delete_job=True)
