"""Lists of other authorities: rows as a court gives them, files of rows, and the office that takes them in."""

import csv
import datetime as dt
import io
import json

from sqlalchemy import select

from registry import runtime
from registry.models import Publication
from registry.queries import integrity
from registry.services.cases import list_adoption, list_verification
from registry.services.checks.request import Party
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

    def __init__(self, bureau):
        self.bureau = bureau
        self.bureau.go(DAY)

    def store(self, rows, scheme="judgment-debtor", by="clerk", *, full=False, as_of=None):
        data = rows if isinstance(rows, bytes) else table(rows)
        return self.bureau.do(
            by,
            lambda work: list_adoption.store_adoption(work, data, "list.csv", scheme, as_of, is_full=full).id,
        )

    def file(self, rows, *args, by="clerk", **special):
        number = self.store(rows, *args, by=by, **special)
        actor = self.bureau.people[by].actor
        list_adoption.run(lambda act: runtime.perform(actor, act), actor, number)
        return number

    def verify(self, number, by="verifier"):
        return self.bureau.do(by, lambda work: list_verification.verify(work, number))

    def adopt(self, rows, *args, **special):
        return self.verify(self.file(rows, *args, **special))

    def outcomes(self, number):
        with runtime.reading() as session:
            adoption = session.get(list_adoption.ListAdoption, number)
            return {name: value for name in list_adoption.OUTCOMES if (value := getattr(adoption, name))}

    def findings(self, number):
        with runtime.reading() as session:
            return [(row.row_number, row.column, row.kind, row.code) for row in list_adoption.findings(session, number)]

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
