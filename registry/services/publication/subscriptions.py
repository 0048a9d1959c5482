"""Subscribe to what is newly published, confirm it, end it, and mail what is new: each record once.

Whoever has the token of a subscription may confirm and end it; the token goes to the mail address alone.
"""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from registry.domain import labels
from registry.domain.cases.relief import EMAIL
from registry.domain.law.reference import Reference
from registry.domain.publication import canonical
from registry.domain.records import known_fields
from registry.models import Publication, Subscription
from registry.queries.law import reference_data
from registry.queries.publication import publications, record_query, record_search
from registry.queries.publication.publications import Moment
from registry.refusals.acts import QueryRefused
from registry.refusals.subscriptions import (
    MailAddressRefused,
    MailUnavailable,
    SubscriptionUnknown,
    TooManySubscriptions,
)
from registry.services.node import mail, rate_limits
from registry.unit_of_work import UnitOfWork

TOKEN_BYTES = 20
UNCONFIRMED_DAYS = 7
ASKED_PER_DAY_MAX = 5
"""So many mails that ask for a confirmation go to one address within a day."""
AT_ONCE = 50
RECORDS_MAX = 20
"""So many records are named in one mail; of more it says how many."""
PERSON = "自然人（姓名见记录页）"
_SECONDS_OF_A_DAY = 86_400
_PURPOSE = "subscription"


@dataclass(frozen=True)
class SubscriptionContent:
    """What a subscription keeps sealed: mail address, filters as typed, token."""

    to: str
    typed: Mapping[str, str]
    token: str


def subscribe(work: UnitOfWork, to: str, arguments: Mapping[str, str]) -> None:
    """Ask the owner of a mail address to confirm a subscription to what fits some filters.

    Nothing tells whether there is one already: then nothing is done. Refuses ``MailUnavailable``,
    ``MailAddressRefused``, ``TooManySubscriptions``, and filters as the search does.
    """
    if not work.settings.smtp_host:
        raise MailUnavailable()
    if not EMAIL.fullmatch(to):
        raise MailAddressRefused()
    reference = reference_data.current(work.session)
    typed = record_query.parse_record_query(arguments, reference).typed
    vault = work.keys.vault
    address_hash = vault.index(_PURPOSE, to.casefold()).hex()
    if rate_limits.hit(work, f"{_PURPOSE} {address_hash}", _SECONDS_OF_A_DAY) > ASKED_PER_DAY_MAX:
        raise TooManySubscriptions()
    subject_hash = vault.index(_PURPOSE, canonical.dumps([to.casefold(), typed]).decode()).hex()
    known = select(Subscription).where(Subscription.subject_hash == subject_hash).with_for_update()
    subscription = work.session.scalars(known).first()
    if subscription is not None and subscription.confirmed_at is not None:
        return
    if subscription is None:
        subscription = Subscription(subject_hash=subject_hash, told_upto=0, told_on=work.today)
        work.session.add(subscription)
    token = secrets.token_hex(TOKEN_BYTES)
    subscription.token_hash, subscription.asked_at = _hash_token(work, token), work.now
    subscription.sealed = vault.seal(canonical.dumps({"to": to, "typed": typed, "token": token}))
    subject, text = (
        f"请确认订阅：{work.settings.node_name}",
        _confirmation_text(work, token, describe(typed, reference, shows_typed=False)),
    )
    subscription.mail_id = mail.queue(work, _PURPOSE, to, subject, text)
    work.session.flush()


def confirm(work: UnitOfWork, token: str) -> None:
    """Confirm a subscription: from now on what is new is mailed. Refuses ``SubscriptionUnknown``."""
    subscription = _find(work, token)
    if subscription.confirmed_at is None:
        at = publications.moment(work.session, work.today)
        subscription.confirmed_at, subscription.told_upto, subscription.told_on = work.now, at.entry, at.on
        work.session.flush()


def end(work: UnitOfWork, token: str) -> None:
    """End a subscription and delete all that is kept of it, a mail that waits included. Nothing to do when it has
    ended."""
    statement = select(Subscription).where(Subscription.token_hash == _hash_token(work, token)).with_for_update()
    for subscription in work.session.scalars(statement):
        if subscription.mail_id:
            mail.cancel(work, subscription.mail_id)
        work.session.delete(subscription)
    work.session.flush()


def read(work: UnitOfWork, token: str) -> tuple[list[str], bool]:
    """What a subscription is to, in words, and whether it was confirmed. Refuses ``SubscriptionUnknown``."""
    subscription = _find(work, token, is_locking=False)
    typed = _open(work, subscription).typed
    return describe(typed, reference_data.current(work.session)), subscription.confirmed_at is not None


def mail_new(work: UnitOfWork) -> int:
    """Queue the mails about what is new since each subscription was told last, of a few subscriptions; how many of them
    were looked at.

    Mail and place are written in one transaction, so that no record is mailed twice or left out.
    """
    at = publications.moment(work.session, work.today)
    statement = (
        select(Subscription)
        .where(Subscription.confirmed_at.is_not(None))
        .where(or_(Subscription.told_upto < at.entry, Subscription.told_on < at.on))
        .order_by(Subscription.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    due = work.session.scalars(statement).all()
    reference = reference_data.current(work.session)
    for subscription in due:
        if _was_given_up(work, subscription):
            work.session.delete(subscription)
        else:
            _mail_one(work, subscription, at, reference)
    work.session.flush()
    return len(due)


def describe(typed: Mapping[str, str], reference: Reference, *, shows_typed: bool = True) -> list[str]:
    """Filters in words, one line each. Where it is not shown what was typed, of free texts there is only the name: a
    mail to somebody who asked for nothing carries no words of a stranger."""
    names: dict[str, Mapping[str, str]] = {
        "kind": labels.RECORD_KINDS,
        "state": labels.STANDING,
        **{name: reference.names(f"{name}s") for name in ("sector", "behaviour", "district")},
    }
    words = {"q": "查询", "uscc": "统一社会信用代码"} | labels.FACETS
    shown = {
        name: names.get(name, {}).get(value, value if shows_typed else "（见确认页）") for name, value in typed.items()
    }
    return [f"{words[name]}：{value}" for name, value in shown.items()] or ["全部公示记录"]


def _mail_one(work: UnitOfWork, subscription: Subscription, at: Moment, reference: Reference) -> None:
    content = _open(work, subscription)
    address = f"{work.settings.base_url.rstrip('/')}/subscriptions/{content.token}"
    try:
        wanted = record_query.parse_record_query(content.typed, reference).wanted
    except QueryRefused:  # what it asked for is no longer in the law
        lines = [*describe(content.typed, reference), "", "以上条件已不能识别，订阅已经结束。"]
        mail.queue(work, _PURPOSE, content.to, "订阅已经结束", "\n".join(lines))
        work.session.delete(subscription)
        return
    search = record_search.Search(work.session, wanted, at)
    search.entries &= search.new_since(subscription.told_upto, subscription.told_on)
    subscription.told_upto, subscription.told_on = at.entry, at.on
    if not search.total():
        return
    found = search.page(RECORDS_MAX).publications
    lines = [f"您订阅的公示记录有 {search.total()} 条新公示或者更正（{at.on}，第 {at.entry} 号登记）。", ""]
    lines += [f"订阅条件　{line}" for line in describe(content.typed, reference)]
    for publication in found:
        lines += ["", *_record_lines(work, publication)]
    if search.total() > len(found):
        lines += ["", f"另有 {search.total() - len(found)} 条，请到 {work.settings.base_url} 按相同条件查询。"]
    lines += ["", f"退订：{address}", work.settings.node_name, ""]
    subject = f"新公示 {search.total()} 条：{work.settings.node_name}"
    subscription.mail_id = mail.queue(
        work, mail.NEWS, content.to, subject, "\n".join(lines), unsubscribe=f"{address}/end"
    )


def _record_lines(work: UnitOfWork, publication: Publication) -> list[str]:
    body = known_fields(json.loads(publication.body))
    is_person = body["subject"]["kind"] == "natural_person"
    return [
        f"{labels.label_for(labels.RECORD_KINDS, body['kind'])}：{PERSON if is_person else body['subject']['name']}",
        f"{labels.AUTHORITIES[body['kind']]}：{body['authority']['name']}　决定日期：{body['decided_on']}",
        f"{work.settings.base_url.rstrip('/')}/records/{publication.record}",
    ]


def _confirmation_text(work: UnitOfWork, token: str, described: list[str]) -> str:
    lines = [
        f"有人用这个邮箱在{work.settings.node_name}订阅新公示的记录：",
        "",
        *described,
        "",
        f"如系本人订阅，请在 {UNCONFIRMED_DAYS} 日内打开下面的地址并确认：",
        f"{work.settings.base_url.rstrip('/')}/subscriptions/{token}",
        "",
        "如非本人订阅，不必理会：不确认就不会再收到邮件，这个邮箱地址到期删除。",
        "",
    ]
    return "\n".join(lines)


def _find(work: UnitOfWork, token: str, *, is_locking: bool = True) -> Subscription:
    statement = select(Subscription).where(Subscription.token_hash == _hash_token(work, token))
    subscription = work.session.scalars(statement.with_for_update() if is_locking else statement).first()
    oldest = work.now - dt.timedelta(days=UNCONFIRMED_DAYS)
    if subscription is None or (subscription.confirmed_at is None and subscription.asked_at < oldest):
        raise SubscriptionUnknown()
    return subscription


def _was_given_up(work: UnitOfWork, subscription: Subscription) -> bool:
    """Whether nobody reads there, as the mail server said to the last mail."""
    return subscription.mail_id is not None and mail.is_recipient_gone(work, subscription.mail_id)


def _open(work: UnitOfWork, subscription: Subscription) -> SubscriptionContent:
    return SubscriptionContent(**json.loads(work.keys.vault.open(subscription.sealed)))


def _hash_token(work: UnitOfWork, token: str) -> str:
    return work.keys.vault.index("subscription-token", token).hex()
