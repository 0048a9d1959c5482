"""Relief for people without an account: forms, receipt, status, cancellation."""

import datetime as dt
import json

import pytest

from registry import runtime
from registry.domain.cases.case_file import StepInput
from registry.models import AuditEvent, Document, Relief
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.services.cases import relief_applications, relief_confirmation, relief_decisions, revisions, steps
from registry.services.cases.relief_decisions import Ruling
from tests.support.bureau import papers
from tests.support.filings import PersonFactory
from tests.test_photographs import picture
from tests.web import applying, samples
from tests.web.applying import file, number, post


@pytest.fixture(scope="module")
def penalty(bureau) -> str:
    """One that stays undisputed."""
    return bureau.published_penalty()


@pytest.fixture
def disputed(client, bureau) -> str:
    """The receipt number of a new dispute."""
    return number(post(client, bureau, "dispute", bureau.published_penalty()))


@pytest.fixture
def ripe(bureau):
    """A record on the first day on which its repair may be asked for."""
    record = bureau.published_penalty()
    with bureau.on(opens(record)):
        yield record


def opens(record: str) -> dt.date:
    return dt.date.fromisoformat(body(record)["repairable_from"])


def body(record: str) -> dict:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


def status(client, receipt: str) -> str:
    answer = client.get(f"/relief/{receipt}")
    assert answer.status_code == 200
    return answer.text


class TestDisputeForm:
    def test_asks_for_what_the_record_needs(self, client, bureau, penalty):
        page = client.get(f"/records/{penalty}/dispute").text
        for part in (
            bureau.names[penalty]["subject_name"],
            'name="uscc"',
            'name="evidence"',
            'name="agent"',
            'name="authorisation"',
            'name="consent"',
            'enctype="multipart/form-data"',
        ):
            assert part in page
        assert 'name="id_number"' not in page  # a firm is known by its code

    def test_labels_every_input(self, client, penalty):
        page = client.get(f"/records/{penalty}/dispute").text
        for name in ("name", "uscc", "agent", "contact", "statement", "evidence", "authorisation", "consent"):
            assert f'for="{name}"' in page
            assert f'id="{name}"' in page

    @pytest.mark.parametrize("noun", ["dispute", "repair"])
    @pytest.mark.parametrize("record", ["x", "a%00b", "%2e%2e", "A" * 32])
    def test_of_nothing_is_not_found(self, client, noun, record):
        assert client.get(f"/records/{record}/{noun}").status_code == 404
        assert client.post(f"/records/{record}/{noun}", data={}).status_code == 404

    def test_of_a_commendation_is_not_found(self, client, bureau):
        assert client.get(f"/records/{samples.commended(bureau)}/dispute").status_code == 404

    def test_of_a_record_decided_elsewhere_says_where_to_go(self, client):
        samples.release_from("platform", samples.body(31))
        answer = client.get(f"/records/{samples.record_id(31)}/dispute")
        assert answer.status_code == 409
        assert "not-decided-here" in answer.text

    def test_of_what_was_withdrawn_is_not_found(self, client):
        made = samples.body(32)
        samples.release(made)
        samples.withdraw(made, "决定被撤销")
        assert client.get(f"/records/{samples.record_id(32)}/dispute").status_code == 404


class TestDispute:
    def test_gives_a_receipt_with_what_happens_next(self, client, bureau):
        record = bureau.published_penalty()
        answer = post(client, bureau, "dispute", record)
        receipt = number(answer)
        assert "不作公开标注" in answer.text
        assert f'href="/relief/{receipt}"' in answer.text
        assert answer.text.count("最迟") == 3
        due = bureau.today
        for _ in range(3):  # D16: the source unit answers within three working days
            due = next(day for day in (due + dt.timedelta(days=n) for n in range(1, 12)) if is_working(day))
        assert f"<strong>{due}</strong>" in answer.text
        assert "disputed_on" not in body(record)

    def test_keeps_the_documents_sealed(self, client, bureau):
        receipt = number(
            post(
                client,
                bureau,
                "dispute",
                bureau.published_penalty(),
                agent="卞代理",
                authorisation=file("委托书.png", picture("PNG")),
            )
        )
        with runtime.reading() as session:
            step = procedure_records.steps(session, receipt)[0]
            held = session.query(Document).filter_by(step_id=step.id).order_by(Document.id).all()
        assert [(one.kind, one.media_type) for one in held] == [
            ("evidence", "application/pdf"),
            ("authorisation", "image/png"),
        ]
        assert applying.PDF not in held[0].sealed
        assert [one.filename for one in held] == ["证明材料1.pdf", "授权委托书2.png"]

    def test_of_a_person_is_by_identity_number_and_shows_nothing_of_the_record(self, client, bureau):
        record = bureau.published_penalty(**PersonFactory())
        page = client.get(f"/records/{record}/dispute").text
        assert "不显示任何内容" in page
        assert bureau.names[record]["subject_name"] not in page
        assert bureau.names[record]["document_number"] not in page
        assert client.get(f"/records/{record}").status_code == 404
        wrong = post(client, bureau, "dispute", record, id_number="320981199012310001")
        assert wrong.status_code in (403, 422)
        receipt = number(post(client, bureau, "dispute", record))
        assert "现在不在公示" in status(client, receipt)


def is_working(day: dt.date) -> bool:
    """Enough for the days around the module's own: no holiday falls into them."""
    return day.weekday() < 5


class TestRefusals:
    @pytest.mark.parametrize(
        ("wrong", "code", "field"),
        [
            ({"uscc": "91320902MA0"}, "uscc-malformed", "uscc"),
            ({"name": " "}, "required", "name"),
            ({"contact": ""}, "required", "contact"),
            ({"statement": ""}, "required", "statement"),
            ({"statement": "长" * 2001}, "too-long", "statement"),
            ({"statement": "反\u202e写"}, "forbidden-character", "statement"),
            ({"consent": None}, "consent-missing", "consent"),
            ({"evidence": file("", b"")}, "document-missing", "evidence"),
            ({"evidence": file("a.pdf", b"MZ not a document")}, "document-refused", "evidence"),
            ({"evidence": file("a.pdf", b"")}, "document-refused", "evidence"),
            ({"agent": "卞代理"}, "document-missing", "authorisation"),
            ({"evidence": [file(f"{n}.pdf") for n in range(6)]}, "too-many-files", "documents"),
            ({"id_number": "32090219900307451X"}, "resident-id-check-character", None),
            ({"id_number": "G12345678", "id_type": "999999"}, "id-type-unknown", None),
        ],
        ids=lambda held: held if isinstance(held, str) else None,
    )
    def test_stand_beside_the_form_with_what_was_typed(self, client, bureau, penalty, wrong, code, field):
        answer = post(client, bureau, "dispute", penalty, **wrong)
        assert answer.status_code == 422
        assert f'<span class="code">{code}</span>' in answer.text
        assert 'role="alert"' in answer.text
        if field:
            assert f'id="{field}-fault"' in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        if "contact" not in wrong:
            assert 'value="13900000000"' in answer.text
        if "name" not in wrong:
            assert f'value="{bureau.names[penalty]["subject_name"]}"' in answer.text
        assert "disputed_on" not in body(penalty)

    @pytest.mark.parametrize("wrong", [{"name": "盐城他人有限公司"}, {"uscc": "91320902MA0TR0027T"}, {"uscc": ""}])
    def test_of_a_stranger_keep_what_was_typed(self, client, bureau, penalty, wrong):
        answer = post(client, bureau, "dispute", penalty, **wrong)
        assert answer.status_code == 403
        assert "applicant-unfit" in answer.text
        assert next(iter(wrong.values())) in answer.text
        assert "违法事实与决定书不一致。</textarea>" in answer.text

    def test_of_strangers_are_counted(self, client, bureau, penalty):
        def attempts() -> int:
            with runtime.reading() as session:
                return session.query(AuditEvent).filter_by(act="relief.unfit", detail=penalty).count()

        before = attempts()
        post(client, bureau, "dispute", penalty, name="盐城他人有限公司")
        assert attempts() == before + 1

    def test_of_a_second_dispute_say_that_one_is_open(self, client, bureau):
        record = bureau.published_penalty()
        bureau.confirmed("dispute", record)
        answer = post(client, bureau, "dispute", record)
        assert answer.status_code == 409
        assert "relief-open" in answer.text

    def test_of_too_large_a_body_come_before_it_is_read(self, client, bureau, penalty):
        data = b" " * (runtime.settings().upload_bytes_max + 1)
        answer = client.post(f"/records/{penalty}/dispute", data=data, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413
        assert "file-too-large" in answer.text

    def test_of_too_many_applications_say_when_to_come_again(self, app, client, bureau, penalty, monkeypatch):
        limited = runtime.settings().__class__(**(vars(runtime.settings()) | {"applications_per_hour_max": 0}))
        monkeypatch.setitem(app.extensions, "registry_settings", limited)
        answer = post(client, bureau, "dispute", penalty)
        assert answer.status_code == 429
        assert "too-many-applications" in answer.text
        assert answer.headers["Retry-After"]
        assert "违法事实与决定书不一致。</textarea>" in answer.text


class TestRepair:
    def test_waits_for_its_day_and_says_from_when(self, client, bureau, penalty):
        first = opens(penalty)
        with bureau.on(first - dt.timedelta(days=1)):
            for answer in (client.get(f"/records/{penalty}/repair"), post(client, bureau, "repair", penalty)):
                assert answer.status_code == 409
                assert "repair-too-early" in answer.text
                assert f"自 {first} 起" in answer.text
        with bureau.on(first):
            assert client.get(f"/records/{penalty}/repair").status_code == 200

    def test_needs_proof_and_promise(self, client, bureau, ripe):
        answer = post(client, bureau, "repair", ripe, public_promise=file("", b""))
        assert answer.status_code == 422
        assert 'id="public_promise-fault"' in answer.text

    def test_is_granted_and_ends_the_publication(self, client, bureau, ripe):
        receipt = number(post(client, bureau, "repair", ripe))
        assert "自受理之日起" in status(client, receipt)
        bureau.do("clerk", lambda work: relief_applications.accept(work, receipt, StepInput()))
        assert "已受理，正在办理" in status(client, receipt)
        bureau.do(
            "verifier",
            lambda work: relief_decisions.grant(work, receipt, "义务已履行。", papers("relief_decision")),
        )
        page = status(client, receipt)
        for part in ("准予信用修复", "义务已履行。", "现在不在公示"):
            assert part in page
        assert "/cancel" not in page
        assert client.get(f"/records/{ripe}").status_code == 404


class TestStatus:
    def test_tells_state_days_limits_and_who_decides(self, client, bureau, disputed):
        page = status(client, disputed)
        for part in ("已收到，等待核实申请人", "盐城市示例财政局", f"{bureau.today} 收到申请", "异议受理", "最迟"):
            assert part in page

    def test_tells_outcome_and_reason_without_numbers_of_people(self, client, bureau, disputed):
        bureau.do("clerk", lambda work: relief_applications.accept(work, disputed, StepInput()))
        ruling = Ruling("keep", "与 13811112222 核实，记录无误。", bureau.today)
        bureau.do(
            "verifier",
            lambda work: relief_decisions.decide(work, disputed, ruling, papers("relief_decision")),
        )
        page = status(client, disputed)
        assert "记录无误，予以维持" in page
        assert "记录无误。" in page
        assert "13811112222" not in page

    @pytest.mark.parametrize("receipt", ["20261122-AAAAAAAAAAAAAAAA", "x", "%2e%2e", "a' or 1=1"])
    def test_of_an_unknown_number_is_not_found(self, client, receipt):
        assert client.get(f"/relief/{receipt}").status_code == 404
        answer = client.post(f"/relief/{receipt}/cancel")
        assert answer.status_code == 404
        assert "relief-unknown" in answer.text

    def test_is_found_by_typing_the_number(self, client, disputed):
        answer = client.get("/relief", query_string={"number": f" {disputed.lower()} "})
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/relief/{disputed}"
        assert client.get("/relief?number=https://elsewhere.example").status_code == 200


class TestConfirm:
    def test_with_the_code_of_an_officer_marks_the_record(self, client, bureau):
        record = bureau.published_penalty()
        receipt = number(post(client, bureau, "dispute", record))
        assert 'name="code"' in status(client, receipt)
        code = bureau.code(record)
        answer = client.post(f"/relief/{receipt}/confirm", data={"code": code.lower()})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "no-store")
        assert "申请人已核实" in status(client, receipt)
        assert 'name="code"' not in status(client, receipt)
        assert "disputed_on" in body(record)

    def test_with_a_wrong_code_is_refused(self, client, bureau, disputed):
        answer = client.post(f"/relief/{disputed}/confirm", data={"code": "AAAAAAAAAA"})
        assert (answer.status_code, "code-wrong" in answer.text) == (403, True)


class TestCancel:
    def test_takes_the_application_back_and_the_mark_off(self, client, bureau):
        record = bureau.published_penalty()
        receipt = number(post(client, bureau, "dispute", record))
        bureau.do("clerk", lambda work: relief_confirmation.mark(work, receipt, StepInput()))
        assert "disputed_on" in body(record)
        answer = client.post(f"/relief/{receipt}/cancel")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/relief/{receipt}")
        assert "申请人已撤回" in status(client, receipt)
        assert "disputed_on" not in body(record)

    def test_is_refused_when_it_is_over(self, client, disputed):
        client.post(f"/relief/{disputed}/cancel")
        answer = client.post(f"/relief/{disputed}/cancel")
        assert answer.status_code == 409
        assert "transition-refused" in answer.text


class TestCaches:
    def test_keep_none_of_these_pages(self, client, bureau, disputed, penalty):
        answers = [
            client.get(f"/records/{penalty}/dispute"),
            client.get(f"/relief/{disputed}"),
            client.get("/relief"),
            client.get(f"/relief?number={disputed}"),
            client.get("/relief/none"),
            post(client, bureau, "dispute", bureau.published_penalty()),
            post(client, bureau, "dispute", penalty, name=""),
            client.post(f"/relief/{disputed}/cancel"),
            client.post(f"/relief/{disputed}/cancel"),
        ]
        assert [one.headers["Cache-Control"] for one in answers] == ["no-store"] * len(answers)
        assert not any("Set-Cookie" in one.headers for one in answers)


class TestPrivacy:
    NUMBER, PHONE, STATEMENT = "320902199003074518", "13877776666", "家住示例路九号的内情"

    def test_nothing_personal_leaves_the_form(self, client, bureau, caplog, capfd):
        caplog.set_level("DEBUG")
        record = bureau.published_penalty()
        planted = {"contact": self.PHONE, "statement": f"{self.STATEMENT}，证件 {self.NUMBER}"}
        refused = [
            post(client, bureau, "dispute", record, **planted, uscc=self.NUMBER),
            post(client, bureau, "dispute", record, **planted, name=self.NUMBER),
            post(client, bureau, "dispute", record, **planted, id_number=self.NUMBER, agent=self.NUMBER),
        ]
        assert [one.status_code for one in refused] == [422, 403, 422]
        assert not any(self.NUMBER in one.text or self.NUMBER[-6:] in one.text for one in refused)
        receipt = number(post(client, bureau, "dispute", record, **planted))
        told = [
            client.get(f"/relief/{receipt}"),
            client.get(f"/records/{record}"),
            client.get("/records"),
            client.get(f"/api/v1/records/{record}"),
            client.get(f"/api/v1/records/{record}/history"),
            client.get("/api/v1/changes?limit=1000"),
            client.get(f"/api/v1/reliefs/{receipt}"),
            client.post(f"/relief/{receipt}/cancel"),
            client.get(f"/relief/{receipt}"),
        ]
        logged = caplog.text + "".join(capfd.readouterr())
        for word in (self.NUMBER, self.PHONE, self.STATEMENT):
            assert not [one.request.path for one in told if word in one.text or word in str(one.headers)]
            assert not [one.request.url for one in told + refused if word in one.request.url]
            assert word not in logged

    def test_the_store_holds_it_sealed_only(self, client, bureau):
        record = bureau.published_penalty()
        receipt = number(post(client, bureau, "dispute", record, contact=self.PHONE, statement=self.STATEMENT))
        with runtime.reading() as session:
            step = procedure_records.steps(session, receipt)[0]
            held = procedure_records.by_record(session, Relief, receipt)
            written = json.dumps([held.content, step.stated, step.documents], ensure_ascii=False)
            assert not any(word in written for word in (self.PHONE, self.STATEMENT))
            assert self.STATEMENT.encode() not in (step.sealed or b"")
        with runtime.begin() as work:
            opened = steps.open_private(work.keys.vault, procedure_records.steps(work.session, receipt)[0])
        assert opened["statement"] == self.STATEMENT
