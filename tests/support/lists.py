"""Lists of other authorities: rows as a court gives them, files of rows, and the office that takes them in."""

import csv
import datetime as dt
import io
import json

from sqlalchemy import select

from registry import runtime
from registry.domain.cases import revision
from registry.models import AdoptedListing, Publication
from registry.queries import integrity
from registry.queries.cases import adoptions
from registry.queries.publication import ledger_state
from registry.services.cases import list_adoption, list_rows, list_verification, suspension
from registry.services.checks.request import Party
from tests.support.bureau import papers
from tools.synthetic import uscc

COURT = "盐城市示例区人民法院"
DAY = dt.date(2026, 11, 28)


def firm(number, **special):
    """A row of a court's list."""
    row = {
        "对象名称": f"盐城示列{number}建设有限公司",
        "统一社会信用代码": uscc("91320902", 700_000 + number),
        "文书号": f"（2024）苏示执{number}号",
        "列入事由": "有履行能力而拒不履行生效法律文书确定义务",
        "认定部门": COURT,
        "列入日期": "2024-11-25",
    }
    return row | special


def table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


class Office:
    """Files and verifies lists."""

    def __init__(self, bureau, day=DAY):
        self.bureau = bureau
        self.bureau.go(day)

    def store(self, rows, scheme="judgment-debtor", by="clerk", *, filename="list.csv", full=False, **special):
        data = rows if isinstance(rows, bytes) else table(rows)
        stated = list_adoption.ListFileFacts(scheme, is_full=full, **special)
        return self.bureau.do(by, lambda work: list_adoption.store_adoption(work, data, filename, stated).id)

    def file(self, rows, *args, by="clerk", **special):
        number = self.store(rows, *args, by=by, **special)
        self.run(number, by)
        return number

    def run(self, number, by="clerk"):
        actor = self.bureau.people[by].actor
        list_adoption.run(lambda act: runtime.perform(actor, act), actor, number)

    def verify(self, number, by="verifier"):
        return self.bureau.do(by, lambda work: list_verification.verify(work, number))

    def confirm(self, number, removals=None, by="security"):
        """Confirm what would leave now, or what was shown before."""

        def act(work):
            adoption = work.session.get(list_adoption.ListAdoption, number)
            shown = removals or revision.describe_removals(adoptions.leaving(work.session, adoption))
            return list_verification.confirm(work, number, shown)

        return self.bureau.do(by, act)

    def adopt(self, rows, *args, **special):
        return self.verify(self.file(rows, *args, **special))

    def outcomes(self, number):
        with runtime.reading() as session:
            adoption = session.get(list_adoption.ListAdoption, number)
            return {name: value for name in list_rows.OUTCOMES if (value := getattr(adoption, name))}

    def findings(self, number):
        with runtime.reading() as session:
            return [(row.row_number, row.column, row.kind, row.code) for row in adoptions.findings(session, number)]

    def send_back(self, number, reason="来源有误", by="verifier"):
        return self.bureau.do(by, lambda work: list_verification.send_back(work, number, reason))

    def changes(self, number):
        with runtime.reading() as session:
            adoption = session.get(list_adoption.ListAdoption, number)
            return adoptions.changes(session, adoption, 0, 999)

    def stay(self, record):
        ordered = papers("court_order")
        self.bureau.do(
            "verifier", lambda work: suspension.suspend(work, record, self.bureau.today, None, "再审中止", ordered)
        )

    def resume(self, record):
        ordered = papers("resumption_order")
        self.bureau.do("verifier", lambda work: suspension.resume(work, record, self.bureau.today, ordered))

    def record_on_list(self, row, source=""):
        """The record of a row's party that stands on the list."""
        with runtime.reading() as session:
            statement = select(AdoptedListing).where(
                AdoptedListing.subject_key == f"uscc:{row['统一社会信用代码']}",
                AdoptedListing.source == source,
                AdoptedListing.state != "removed",
            )
            return session.scalars(statement).one().record

    def records(self):
        with runtime.reading() as session:
            return list(session.scalars(select(AdoptedListing.record).order_by(AdoptedListing.id)))

    def head(self):
        with runtime.reading() as session:
            return ledger_state.head(session)

    def newest(self, record):
        with runtime.reading() as session:
            statement = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
            return json.loads(session.scalars(statement).one().body)

    def sound(self):
        with runtime.reading() as session:
            return list(integrity.findings(session, runtime.keys(), "city", lambda _: None))


def party(row, **special):
    return Party(
        **{
            "ref": "1",
            "role": "bidder",
            "name": row["对象名称"],
            "uscc": row.get("统一社会信用代码") or None,
            **special,
        }
    )
