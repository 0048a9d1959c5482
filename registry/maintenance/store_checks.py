"""What may be wrong with the store, the worker, the exchange and the law of a node. Each finder yields what it saw."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select

from registry.domain.permissions import SYSTEM
from registry.errors import Refusal
from registry.keys.signing import verify
from registry.maintenance import backup
from registry.maintenance.database_roles import APPEND_ONLY
from registry.maintenance.installation import Installation
from registry.maintenance.schema import known_revisions, newest_revision
from registry.models import AuditEvent, InboxItem, JobRun, MailMessage, Publication
from registry.queries.exchange import member_statements, peer_messages
from registry.queries.law import reference_data
from registry.queries.publication import known_keys, ledger_state, log_identity
from registry.services.law import reference_loading
from registry.unit_of_work import UnitOfWork

CLOCKS_APART = dt.timedelta(seconds=60)
BACKUP_AGE = dt.timedelta(hours=26)
WORKER_SILENCE = dt.timedelta(minutes=5)
SEAL_AGE = dt.timedelta(minutes=15)
WAITING_AGE = dt.timedelta(hours=24)
NOTICE_MONTH = 12
"""The State Council announces the next year in November, as a rule."""
_JOBS = ("imports", "lists", "watch", "notify", "mail", "tidy", "push", "pull", "seal")
"""Jobs of the worker that run every some seconds."""
_SETTINGS = {"imports": "import", "lists": "list"}
"""Jobs whose interval is set under another word."""


def unreachable(installation: Installation) -> Iterator[str]:
    """What the store answered instead of a connection."""
    if "store" in installation.faults:
        yield installation.faults["store"]


def read_only(installation: Installation) -> Iterator[str]:
    """The kind of error that a write meets."""
    if fault := installation.attempt("UPDATE counters SET value = value WHERE name = 'ledger'"):
        yield fault


def schema(installation: Installation) -> Iterator[str]:
    """The migration that the store stands at, when it is not the newest one."""
    newest = newest_revision()
    if installation.revision != newest:
        known = "" if installation.revision in known_revisions() | {None} else " (?)"
        yield f"{installation.revision}{known} ≠ {newest}"


def superuser(installation: Installation) -> Iterator[str]:
    """The role of the node, when it may do everything."""
    if installation.is_postgresql and installation.ask("SELECT current_setting('is_superuser')") == "on":
        yield str(installation.ask("SELECT current_user"))


def rewriting(installation: Installation) -> Iterator[str]:
    """The append-only tables that the role of the node could rewrite or empty, with what it may do to them."""
    if not installation.is_postgresql:
        return
    for table in sorted(APPEND_ONLY):
        verbs = [
            verb
            for verb in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
            if installation.ask(f"SELECT has_table_privilege('{table}', '{verb}')")
        ]
        if verbs:
            yield f"{table}: {', '.join(verbs)}"


def durability(installation: Installation) -> Iterator[str]:
    """Settings of the server under which what was acknowledged may be lost."""
    if not installation.is_postgresql:
        return
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if installation.ask(f"SELECT current_setting('{name}')") == "off":
            yield f"{name}=off"
    if installation.ask("SELECT current_setting('server_encoding')") != "UTF8":
        yield f"server_encoding={installation.ask('SHOW server_encoding')}"


def replication(installation: Installation) -> Iterator[str]:
    """Replicas that a failover could lose acknowledged acts to."""
    if not installation.is_postgresql:
        return
    replicas = installation.ask("SELECT count(*) FROM pg_stat_replication")
    if replicas and not installation.ask("SELECT current_setting('synchronous_standby_names')"):
        yield f"{replicas}, synchronous_standby_names=''"


def clock(installation: Installation) -> Iterator[str]:
    """Instants that lie too far from this machine's clock."""
    newest = installation.session.execute(select(func.max(JobRun.started_at))).scalar_one()
    if newest is not None and newest - installation.now > CLOCKS_APART:
        yield f"job_runs {newest:%Y-%m-%dT%H:%M:%SZ}"
    if installation.is_postgresql:
        apart = installation.session.execute(select(func.clock_timestamp())).scalar_one() - installation.now
        if abs(apart) > CLOCKS_APART:
            yield f"PostgreSQL {apart.total_seconds():+.0f} s"


def keys_foreign(installation: Installation) -> Iterator[str]:
    """The key that the store was last signed with, when it is not the one at hand."""
    ring = known_keys.ring(installation.session, installation.settings.node, installation.keys.signer)
    if ring.newest.public != installation.keys.signer.public:
        yield ring.newest.kid
        return
    checkpoint = ledger_state.last_checkpoint(installation.session)
    if checkpoint is not None:
        try:
            ring.open_note(checkpoint.note, verify)
        except Refusal:
            yield f"checkpoint {checkpoint.size}"


def ledger(installation: Installation) -> Iterator[str]:
    """Why the head of the ledger is not sound."""
    try:
        ledger_state.sound_head(installation.session)
    except Refusal as refusal:
        yield refusal.code


def set_back(installation: Installation) -> Iterator[str]:
    """How the database contradicts what this node recorded outside it."""
    if problem := log_identity.contradiction(installation.session, installation.settings):
        yield problem


def unsealed(installation: Installation) -> Iterator[str]:
    """How many entries no head has been signed over for long."""
    sealed = ledger_state.sealed_size(installation.session)
    statement = select(func.min(Publication.recorded_at)).where(Publication.from_entry > sealed)
    oldest = installation.session.execute(statement).scalar_one()
    if oldest is not None and installation.now - oldest > SEAL_AGE:
        yield f"{ledger_state.head(installation.session) - sealed}"


def worker_silent(installation: Installation) -> Iterator[str]:
    """Jobs that no worker has run for long."""
    statement = select(JobRun.job, func.max(JobRun.started_at)).where(JobRun.job.in_(_JOBS)).group_by(JobRun.job)
    started = dict(installation.session.execute(statement).tuples().all())
    for job in _JOBS:
        seconds = getattr(installation.settings, f"{_SETTINGS.get(job, job)}_interval_seconds")
        last = started.get(job)
        if last is None or installation.now - last > WORKER_SILENCE + 3 * dt.timedelta(seconds=seconds):
            yield f"{job} {last:%Y-%m-%dT%H:%M:%SZ}" if last else job


def job_failed(installation: Installation) -> Iterator[str]:
    """Jobs whose newest finished run failed."""
    newest = (
        select(JobRun.job, func.max(JobRun.slot).label("slot"))
        .where(JobRun.finished_at.is_not(None))
        .group_by(JobRun.job)
        .subquery()
    )
    statement = select(JobRun.job, JobRun.outcome).join(
        newest, (JobRun.job == newest.c.job) & (JobRun.slot == newest.c.slot)
    )
    for job, outcome in installation.session.execute(statement.order_by(JobRun.job)).tuples():
        if outcome != "done":
            yield f"{job} {outcome}"


def mail_waiting(installation: Installation) -> Iterator[str]:
    """How many mails have waited for a day."""
    statement = select(func.count()).where(
        MailMessage.state == "pending", MailMessage.created_at < installation.now - WAITING_AGE
    )
    if count := installation.session.execute(statement).scalar_one():
        yield str(count)


def backup_old(installation: Installation) -> Iterator[str]:
    """When the last backup was made, when that is too long ago; PostgreSQL's archive of its log counts too."""
    statement = select(func.max(AuditEvent.at)).where(AuditEvent.act == backup.ACT)
    last: dt.datetime | None = installation.session.execute(statement).scalar_one()
    if installation.is_postgresql:
        archived = installation.ask("SELECT max(last_archived_time) FROM pg_stat_archiver")
        last = max((instant for instant in (last, archived) if isinstance(instant, dt.datetime)), default=None)
    if last is None or installation.now - last > BACKUP_AGE:
        yield f"{last:%Y-%m-%dT%H:%M:%SZ}" if last else "—"


def peers_silent(installation: Installation) -> Iterator[str]:
    """Peers that were not pulled from for longer than their records count as fresh."""
    for peer in peer_messages.peers(installation.session):
        stale = dt.timedelta(seconds=installation.settings.source_stale_seconds)
        if peer.url and (peer.pulled_at is None or installation.now - peer.pulled_at > stale):
            yield f"{peer.code} {peer.pulled_at:%Y-%m-%dT%H:%M:%SZ}" if peer.pulled_at else peer.code


def peers_paused(installation: Installation) -> Iterator[str]:
    """Peers from which nothing is taken until a person has looked."""
    for peer in peer_messages.peers(installation.session):
        if peer.paused_because:
            yield f"{peer.code} {peer.paused_because}"


def members_missing(installation: Installation) -> Iterator[str]:
    """Peers about which no statement in force says what they may speak for."""
    known = peer_messages.peers(installation.session)
    if known and member_statements.administrators(installation.session) is None:
        yield "administrators"
    stated = member_statements.newest_members(installation.session)
    for peer in known:
        if peer.code not in stated or not stated[peer.code].is_effective(installation.today):
            yield peer.code


def quarantine(installation: Installation) -> Iterator[str]:
    """How many records from peers wait for a person."""
    statement = select(func.count()).where(InboxItem.state == "quarantined")
    if count := installation.session.execute(statement).scalar_one():
        yield str(count)


def calendar(installation: Installation) -> Iterator[str]:
    """Years whose working days should be known by now and are not."""
    today = installation.today
    known = {year.code for year in reference_data.current(installation.session).calendar_years()}
    wanted = [today.year, *([today.year + 1] if today.month >= NOTICE_MONTH else [])]
    yield from (str(year) for year in wanted if str(year) not in known)


def law(installation: Installation) -> Iterator[str]:
    """How many rows of the law `registry init` would open, close, and how many clocks it would move."""
    session = installation.session
    try:
        work = UnitOfWork(session, SYSTEM, installation.now, installation.keys, installation.settings)
        counts = reference_loading.renew(work)
    finally:
        session.rollback()
    if any(counts):
        yield "{} + {} - {} clocks".format(*counts)
