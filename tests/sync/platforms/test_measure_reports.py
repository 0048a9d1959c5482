"""What platforms report of measures: kept with the record that it belongs to, or in quarantine with the reason."""

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import InboxBatch, InboxItem, MeasureReport
from registry.queries.exchange import measure_reports
from registry.services.exchange import inbox, peers
from registry.services.publication import erasure
from tests.sync.bodies import body, removed
from tests.sync.planting import published
from tests.sync.platforms.conftest import CF, register
from tests.sync.platforms.rows import firm, listed, report

REPORTS = "measure-reports"
INTAKE = peers.Intake("clerk", "procurement-serious")


@pytest.fixture
def joint(app, people, folder):
    """The joint-measures system over a file drop."""
    return register(app, f"file://{folder}", file_type="csv", formats=list(CF), formats_in=[REPORTS])


@pytest.fixture
def told(app, joint, partner):
    """Bodies of these, which the system was told of and has accepted."""

    def tell(*bodies):
        published(app, *bodies)
        joint.run()
        partner.take()
        joint.run()
        return bodies

    return tell


def lines_of(record):
    with runtime.reading() as session:
        return measure_reports.of_record(session, record["record"])


def states_of(record):
    return [(line.report.revision, line.report.state) for line in lines_of(record)]


def kept(joint):
    return joint.ask(select(MeasureReport).order_by(MeasureReport.id))


def exchange(joint, partner, rows, **terms):
    """Send reports and take them in; what the system is answered."""
    partner.send(REPORTS, rows, **terms)
    joint.run()
    return partner.settle()["outcomes"]


def firm_body(number, **changed):
    return body(subject=firm(number), document_number=f"盐虚罚〔2026〕{number}号", **changed)


class TestTaken:
    def test_is_kept_with_its_record_owner_source_and_days(self, told, joint, partner):
        penalty, listing = told(firm_body(1), listed(2))
        rows = [report(1, penalty["record"], firm(1)), report(2, listing["record"], firm(2), MEASURE_TYPE="99")]
        assert exchange(joint, partner, rows) == {"accepted": 2}
        [line] = lines_of(penalty)
        seen = line.report
        assert (line.peer_code, seen.provider, seen.taken_by) == (
            "platform",
            "盐城市虚构信用平台",
            "盐城市虚构采购中心",
        )
        assert (seen.kind, seen.state, str(seen.taken_on), line.attention) == (
            "procurement",
            "taken",
            "2026-11-10",
            None,
        )
        assert [line.report.kind for line in lines_of(listing)] == ["other"]

    def test_is_found_by_the_decision_where_the_system_forgot_our_number(self, told, joint, partner):
        [penalty] = told(firm_body(1))
        rows = [report(1, "", firm(1), DOCUMENT_CODE="盐虚罚[2026]1号")]
        assert exchange(joint, partner, rows) == {"accepted": 1}
        assert states_of(penalty) == [(1, "taken")]

    def test_is_told_anew_by_a_later_version_and_taken_back(self, told, joint, partner):
        [penalty] = told(firm_body(1))
        first = report(1, penalty["record"], firm(1))
        lifted = {"MEASURE_STATUS": "2", "LIFTED_DATE": "2026-11-20"}
        exchange(joint, partner, [first])
        assert exchange(joint, partner, [report(1, penalty["record"], firm(1), 2, "U", **lifted), first]) == {
            "accepted": 1,
            "duplicate": 1,
        }
        assert states_of(penalty) == [(2, "lifted")]
        assert exchange(joint, partner, [report(1, penalty["record"], firm(1), 3, "D", **lifted)]) == {"accepted": 1}
        exchange(joint, partner, [first], full=True)
        assert states_of(penalty) == []
        assert len(kept(joint)) == 3

    def test_ends_where_a_full_batch_has_it_no_more_and_stands_again(self, told, joint, partner):
        [penalty] = told(firm_body(1))
        both = [report(number, penalty["record"], firm(1)) for number in (1, 2)]
        exchange(joint, partner, both)
        exchange(joint, partner, both[:1], full=True)
        assert [line.report.report for line in lines_of(penalty)] == ["m-1"]
        exchange(joint, partner, both, full=True)
        assert [line.report.report for line in lines_of(penalty)] == ["m-1", "m-2"]

    def test_calls_for_attention_once_its_record_stands_no_longer(self, told, joint, partner):
        [penalty] = told(firm_body(1))
        late = {"TAKEN_DATE": "2026-11-21"}
        lifted = {"MEASURE_STATUS": "2", "LIFTED_DATE": "2026-11-20"}
        told(removed(penalty, removed_on="2026-11-20"))
        rows = [
            report(1, penalty["record"], firm(1)),
            report(2, penalty["record"], firm(1), **late),
            report(3, penalty["record"], firm(1), **lifted),
        ]
        exchange(joint, partner, rows)
        attention = ["measure-not-lifted", "measure-after-end", None]
        assert [line.attention for line in lines_of(penalty)] == attention

    def test_is_blank_after_its_record_was_erased(self, app, told, joint, partner):
        [penalty] = told(firm_body(1))
        exchange(joint, partner, [report(1, penalty["record"], firm(1))])
        runtime.perform(SYSTEM, lambda work: erasure.clear_versions(work, penalty["record"], 2))
        assert [(row.measure, row.taken_by, row.provider) for row in kept(joint)] == [("", "", "")]
        assert [item.envelope for item in joint.items()] == [""]

    def test_of_another_platform_under_the_same_key_stays(self, app, told, joint, partner):
        """The keys of reports are the platforms' own: another may use the one of an erased report."""
        [first, second] = told(firm_body(1), firm_body(2))
        exchange(joint, partner, [report(1, first["record"], firm(1)), report(2, second["record"], firm(2))])

        def act(work):
            [row] = work.session.scalars(select(MeasureReport).where(MeasureReport.report == "m-2"))
            other = peers.add_platform(work, "other", "另一平台", joint.url + "-2", "municipal-trading", INTAKE).id
            batch = InboxBatch(peer_id=other, digest="0", raw=b"", received_at=work.now, receipt="{}")
            work.session.add(batch)
            work.session.flush()
            columns = {
                column.name: getattr(row, column.name) for column in row.__table__.columns if column.name != "id"
            }
            work.session.add(MeasureReport(**columns | {"peer_id": other, "report": "m-9", "record": first["record"]}))
            item = {"batch_id": batch.id, "position": 0, "record": "m-2", "envelope": "kept", "state": "settled"}
            work.session.add(InboxItem(**item, outcome="accepted"))

        runtime.perform(SYSTEM, act)
        runtime.perform(SYSTEM, lambda work: erasure.clear_versions(work, first["record"], 3))
        assert [(item.record, bool(item.envelope)) for item in joint.items()] == [
            ("m-1", False),
            ("m-2", True),
            ("m-2", True),
        ]

    def test_that_was_not_taken_in_is_put_away_after_its_record_was_erased(self, app, told, joint, partner):
        [first, second] = told(firm_body(1), firm_body(2))
        rows = [
            report(1, first["record"], firm(2)),
            report(2, "", firm(1), DOCUMENT_CODE="盐虚罚[2026]1号", TAKEN_DATE="2026-11-01"),
            report(3, second["record"], firm(1)),
        ]
        assert sum(exchange(joint, partner, rows).values()) == 3
        assert len(joint.items("quarantined")) == 3
        runtime.perform(SYSTEM, lambda work: erasure.clear_versions(work, first["record"], 3))
        assert [(item.state, bool(item.envelope)) for item in joint.items()] == [
            ("dropped", False),
            ("dropped", False),
            ("quarantined", True),
        ]


class TestQuarantined:
    def test_waits_with_the_reason_and_stops_no_other(self, app, told, joint, partner):
        [penalty] = told(firm_body(1))
        joint.change(formats=["list-credit-report"])
        [untold] = published(app, firm_body(2))
        ours = penalty["record"]
        rows = [
            report(1, ours, firm(1)),
            report(2, "0" * 32, firm(1)),
            report(3, untold["record"], firm(2)),
            report(4, ours, firm(2)),
            report(5, ours, firm(1), MEASURE_TYPE="77"),
            report(6, ours, firm(1), TAKEN_DATE="2026-11-01"),
            report(7, ours, firm(1), operation="D"),
            report(8, "", firm(1), DOCUMENT_CODE="盐虚罚〔2026〕7号"),
        ]
        answered = exchange(joint, partner, rows)
        assert answered.pop("accepted") == 1
        assert sum(answered.values()) == 7
        assert [item.code for item in joint.items("quarantined")] == [
            "report-record-unknown",
            "report-record-unknown",
            "report-subject-differs",
            "exchange-code-unknown",
            "report-before-decision",
            "report-unknown",
            "report-record-unknown",
        ]
        assert len(kept(joint)) == 1

    def test_waits_when_two_decisions_bear_the_number(self, told, joint, partner):
        told(firm_body(1), firm_body(1))
        rows = [report(1, "", firm(1), DOCUMENT_CODE="盐虚罚〔2026〕1号")]
        assert exchange(joint, partner, rows) == {"rejected:report-record-ambiguous": 1}

    def test_is_kept_when_it_is_released_once_the_system_was_told(self, app, told, joint, partner):
        [penalty] = published(app, firm_body(1))
        partner.send(REPORTS, [report(1, penalty["record"], firm(1))])
        joint.change(formats=[])
        joint.run()
        [item] = joint.items("quarantined")
        assert item.code == "report-record-unknown"
        joint.change(formats=list(CF))
        joint.run()
        runtime.perform(SYSTEM, lambda work: inbox.release(work, item.id))
        assert states_of(penalty) == [(1, "taken")]
