"""Where a centre is told of the events of a watch: a webhook at an allowed host, or a confirmed mail address.

The mail says how many events there are and where to read them; who is concerned stands on the private page alone.
"""

import base64
import json
import secrets

from sqlalchemy import update

from registry.domain.cases import relief
from registry.domain.checks import webhook
from registry.domain.checks.watch import ACTIVE
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.errors import Fault
from registry.keys.signing import Keys
from registry.models import Watch, WatchEvent
from registry.queries.checks import watched_parties
from registry.refusals.acts import BodyRefused, TransitionRefused
from registry.refusals.award import WebhookRefused
from registry.refusals.procedure import CodeWrong
from registry.services.node import audit, mail, rate_limits
from registry.unit_of_work import UnitOfWork

ADDRESSES_PER_DAY_MAX = 10
"""Codes that one department may have sent within a day: whoever has the address did not ask for them."""
CODES_PER_DAY_MAX = 10
"""Codes that may be tried for one watch within a day."""
_CODE_BYTES, _CODE_LENGTH = 7, 10
_DAY_SECONDS = 86_400
_PURPOSE = "watch"


def set_webhook(work: UnitOfWork, watch: str, address: str) -> Watch:
    """Send the events from now on to a webhook; an empty address sends none any more, and what waits is kept.

    Refuses ``OutOfRole``, ``WatchUnknown``, ``TransitionRefused`` for a watch that is over, and ``WebhookRefused``.
    """
    row = _open(work, watch)
    if address and not webhook.is_allowed(address, webhook.hosts(work.settings.webhook_hosts)):
        raise WebhookRefused()
    row.webhook_sealed = work.keys.vault.seal(address.encode()) if address else None
    row.failures, row.retry_at = 0, None
    if not address:
        is_pending = (WatchEvent.watch_id == row.id) & (WatchEvent.state == "pending")
        work.session.execute(update(WatchEvent).where(is_pending).values(state="kept"))
    work.session.flush()
    audit.note(work, "watch.webhook", row.id)
    return row


def set_mail(work: UnitOfWork, watch: str, address: str) -> Watch:
    """Mail a code to an address, which is told of events once the code was typed; an empty address takes mail off.

    Refuses ``OutOfRole``, ``WatchUnknown``, ``TransitionRefused``, and ``BodyRefused`` for what is no address, without
    a mail server, and after too many within a day.
    """
    row = _open(work, watch)
    if not address:
        row.mail_sealed = None
    else:
        _require_mail(work, address)
        code = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()[:_CODE_LENGTH]
        row.mail_sealed = _seal(work.keys, address, _hash(work.keys, row.id, code))
        text = (
            f"有人请求把持续关注的新变化通知到本邮箱。如系贵方请求，请在关注页填写核验码：{code[:5]}-{code[5:]}。\n"
            f"如非贵方请求，不必理会，不会再有邮件。\n\n{work.settings.node_name}\n"
        )
        mail.queue(work, _PURPOSE, address, "持续关注的核验码", text)
    work.session.flush()
    audit.note(work, "watch.mail", row.id)
    return row


def confirm_mail(work: UnitOfWork, watch: str, code: str) -> Watch:
    """Confirm the address by the code that came there. Refuses ``CodeWrong``, also after too many tries."""
    row = _open(work, watch)
    address, expected = address_of(work.keys, row)
    is_right = expected == _hash(work.keys, row.id, relief.fold_code(code))
    if not expected or not is_right:
        raise CodeWrong()
    row.mail_sealed = _seal(work.keys, address, "")
    work.session.flush()
    return row


def count_try(work: UnitOfWork, watch: str) -> bool:
    """Count a try of a code, in an act of its own because the refused one leaves nothing; False after too many.

    Refuses ``OutOfRole``, ``WatchUnknown`` and ``TransitionRefused`` before it counts: only a try of the centre's own.
    """
    _open(work, watch)
    return rate_limits.hit(work, f"watch-code {watch}", _DAY_SECONDS) <= CODES_PER_DAY_MAX


def address_of(keys: Keys, watch: Watch) -> tuple[str, str]:
    """The mail address of a watch, and the hash of the code that it still waits for; both empty without one."""
    if watch.mail_sealed is None:
        return "", ""
    content = json.loads(keys.vault.open(watch.mail_sealed))
    return content["address"], content["code"]


def queue_mail(work: UnitOfWork, watch: Watch, count: int) -> None:
    """Queue the mail about new events, in the transaction that stores them: each is told of once."""
    address, waits = address_of(work.keys, watch)
    if not address or waits or not work.settings.smtp_host:
        return
    page = f"{work.settings.base_url.rstrip('/')}/centre/watches/{watch.id}"
    text = f"持续关注有 {count} 项新变化。请登录查看：{page}\n\n{work.settings.node_name}\n"
    mail.queue(work, _PURPOSE, address, f"持续关注有 {count} 项新变化", text)


def _open(work: UnitOfWork, watch: str) -> Watch:
    work.actor.require(Permission.WATCH_KEEP)
    row = watched_parties.own(work.session, work.actor.department_id, watch, lock=True)
    if row.state != ACTIVE:
        raise TransitionRefused("关注已经结束")
    return row


def _require_mail(work: UnitOfWork, address: str) -> None:
    if not work.settings.smtp_host:
        raise BodyRefused(faults=(Fault("/email", "mail-unavailable", "本节点没有设置邮件服务器"),))
    if not relief.EMAIL.fullmatch(address):
        raise BodyRefused(faults=(Fault("/email", "email-malformed", "邮箱写作 name@example.org"),))
    key = f"watch-mail {work.actor.department_id}"
    if rate_limits.hit(work, key, _DAY_SECONDS) > ADDRESSES_PER_DAY_MAX:
        raise BodyRefused(faults=(Fault("/email", "too-many-codes", "今天发出的核验码过多，请明天再试"),))


def _seal(keys: Keys, address: str, code: str) -> bytes:
    return keys.vault.seal(canonical.dumps({"address": address, "code": code}))


def _hash(keys: Keys, watch: str, code: str) -> str:
    return keys.vault.index("watch-code", f"{watch} {code}").hex()
