"""All that runs by itself, and when. Each body is one line that calls what a test can call.

Nothing here depends on being run exactly once: every job asks the database what is due. So two workers,
or none for a while, neither double nor skip anything; the minute's tick also starts what a killed worker left.
"""

from __future__ import annotations

from datetime import timedelta

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.manager import JobManager

from circuito import jobs
from circuito.clock import now
from circuito.intake import mail
from circuito.notices import delivery, weekly
from circuito.steps.quotation import expire_quotes
from circuito.tickets.storage import purge_uploads

STALLED_SECONDS = 120
FORGET_UPLOADS = timedelta(days=2)
KEEP_JOBS_HOURS = 48


@app.task(name=jobs.DRAIN_RECEIVED_MAIL)
def drain_received_mail() -> None:
    mail.drain(now())


@app.task(name=jobs.DELIVER_NOTICES)
def deliver_notices() -> None:
    while delivery.deliver_due(now()):
        pass


@app.periodic(cron="* * * * *")
@app.task(name="every_minute", queueing_lock="every_minute")
def every_minute(timestamp: int) -> None:
    jobs.enqueue_once(jobs.DRAIN_RECEIVED_MAIL)
    jobs.enqueue_once(jobs.DELIVER_NOTICES)
    weekly.remind(now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="expire_quotes", queueing_lock="expire_quotes")
def expire_quotes_job(timestamp: int) -> None:
    expire_quotes(now())


@app.periodic(cron="17 * * * *")
@app.task(name="purge_uploads", queueing_lock="purge_uploads")
def purge_uploads_job(timestamp: int) -> None:
    purge_uploads(now() - FORGET_UPLOADS)


@app.periodic(cron="*/2 * * * *")
@app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    await retry_stalled_jobs(context.app.job_manager)


async def retry_stalled_jobs(manager: JobManager) -> None:
    """Retry the jobs of workers that no longer answer, and forget finished jobs."""
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)
    await manager.delete_old_jobs(nb_hours=KEEP_JOBS_HOURS)
