"""A court's list of judgment debtors for the demo: taken in from a file of a week ago, and asked about before it."""

import csv
import datetime as dt
import io
from functools import partial
from pathlib import Path

from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import Actor
from registry.models import ListAdoption
from registry.queries.node import account_lookup
from registry.services.cases import list_adoption, list_verification
from registry.services.cases.list_adoption import ListFileFacts
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from registry.unit_of_work import day_of

FILE = Path(__file__).parent / "debtors.csv"
TENDER = "YC2026-0501"
WEEK = dt.timedelta(days=7)


def furnish() -> None:
    """Take the list in on a first start, after a check of its firms that finds none of them; nothing on a later one."""
    with runtime.reading() as session:
        if session.scalars(select(ListAdoption.id).limit(1)).first() is not None:
            return
    today, data = day_of(runtime.clock()), FILE.read_bytes()
    firms = [row for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))) if row["统一社会信用代码"]]
    parties = [Party(str(place), "bidder", row["名称"], row["统一社会信用代码"]) for place, row in enumerate(firms, 1)]
    inquiry = Inquiry({"code": TENDER}, "procurement", None, None, today, parties)
    runtime.perform(_officer("trading-centre", today), partial(award_check.check, inquiry=inquiry))
    clerk, stated = _officer("credit-clerk", today), ListFileFacts("judgment-debtor", today - WEEK, is_full=True)
    number: int = runtime.perform(clerk, lambda work: list_adoption.store_adoption(work, data, FILE.name, stated).id)
    list_adoption.run(lambda act: runtime.perform(clerk, act), clerk, number)
    runtime.perform(_officer("credit-verifier", today), partial(list_verification.verify, adoption_id=number))


def _officer(name: str, today: dt.date) -> Actor:
    with runtime.reading() as session:
        return account_lookup.by_name(session, name, today)
