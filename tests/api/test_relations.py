"""Relations through the door: two officers, told to checks only, never to the public nor to another node."""

import msgspec
import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain import records
from registry.domain.checks import receipts
from registry.domain.exchange import record_schema
from registry.keys.signing import Signer
from registry.models import OutboxMessage, Publication
from registry.queries.publication import publications
from registry.services.exchange import peers
from tests.support.desk import bidder, head, stranger
from tests.support.filings import PERSON_NUMBER, BanFactory, FilingFactory, days_ago
from tests.support.relations import PATH, PERSON, WORDING, firm, related, relation, withdrawn


@pytest.fixture
def filed(desk):
    """File a relation; the answer."""
    return lambda *what, **special: desk.ask("POST", PATH, "clerk", json=relation(*what, **special))


def bodies():
    with runtime.reading() as session:
        return [publications.body(one) for one in session.scalars(select(Publication))]


class TestProcedure:
    def test_takes_two_officers(self, desk, filed):
        record = filed("branch", FilingFactory(), firm(FilingFactory())).get_json()["id"]
        assert head(desk) == 0
        assert desk.ask("PUT", f"{PATH}/{record}/verification", "clerk", json={}).status_code == 403
        done = desk.ask("PUT", f"{PATH}/{record}/verification", "verifier", json={})
        assert (done.get_json()["state"], head(desk)) == ("published", 1)
        assert desk.get(f"/relations/{record}", "clerk").get_json()["facts"]["kind"] == "branch"

    def test_needs_the_document_that_shows_it(self, filed):
        answer = filed("branch", FilingFactory(), firm(FilingFactory()), documents=[])
        assert answer.get_json()["code"] == "document-missing"

    def test_goes_back_and_comes_again(self, desk, filed):
        ends = FilingFactory(), firm(FilingFactory())
        record = filed("branch", *ends).get_json()["id"]
        desk.ask("PUT", f"{PATH}/{record}/return", "verifier", json={"reason": "缺少依据"})
        other = desk.ask("PUT", f"{PATH}/{record}", "clerk", json=relation("branch", ends[0], firm(FilingFactory())))
        assert other.get_json()["code"] == "identity-changed"
        again = desk.ask("PUT", f"{PATH}/{record}", "clerk", json=relation("branch", *ends, facts="补充。"))
        assert (again.get_json()["state"], again.get_json()["facts"]["facts"]) == ("filed", "补充。")

    def test_holds_a_relation_once_until_it_is_withdrawn(self, desk, filed):
        ends = "controller", FilingFactory(), PERSON
        record = related(desk, *ends)
        assert filed(*ends).get_json()["code"] == "relation-held"
        withdrawn(desk, record)
        assert filed(*ends, until=days_ago(2)).status_code == 201

    def test_is_that_of_another_department_only_to_itself(self, desk):
        record = related(desk, "branch", FilingFactory(), firm(FilingFactory()))
        assert desk.get(f"/relations/{record}", "other-clerk").status_code == 404
        assert desk.get("/relations", "other-clerk").get_json()["items"] == []
        assert [one["id"] for one in desk.get("/relations?state=published", "clerk").get_json()["items"]] == [record]

    @pytest.mark.parametrize(
        ("kind", "other", "special", "pointer"),
        [
            pytest.param("controller", PERSON, {"wording": "登记的股东"}, "/wording", id="来源未写明控制"),
            pytest.param("legal_representative", PERSON, {"wording": "登记的监事"}, "/wording", id="来源未写明"),
            ("legal_representative", firm(FilingFactory()), {}, "/other/kind"),
            ("branch", PERSON, {}, "/other/kind"),
            ("controller", PERSON | {"id_number": None}, {}, "/other/id_number"),
            ("controller", PERSON | {"name": PERSON_NUMBER}, {}, "/other/name"),
            ("former_name", {"name": "旧名", "uscc": "91320902MA0TR0027T"}, {}, "/other/uscc"),
            ("former_name", {}, {}, "/other/name"),
            ("changed_code", {"uscc": "1"}, {}, "/other/uscc"),
            ("changed_code", {"uscc": "91320902MA0TR0027T", "id_number": "1"}, {}, "/other/id_number"),
            ("changed_code", {"uscc": "91320902MA0TR0027T"}, {"since": "2199-01-01"}, "/since"),
            ("changed_code", {"uscc": "91320902MA0TR0027T"}, {"issued_on": "2199-01-01"}, "/issued_on"),
            ("changed_code", {"uscc": "91320902MA0TR0027T"}, {"until": "2020-01-01"}, "/until"),
            ("changed_code", {"uscc": "91320902MA0TR0027T"}, {"facts": "电话13912345678"}, "/facts"),
            ("changed_code", {"uscc": "91320902MA0TR0027T"}, {"sectors": ["fishing"]}, "/sectors"),
        ],
    )
    def test_is_refused_at_the_field_that_is_wrong(self, filed, kind, other, special, pointer):
        answer = filed(kind, FilingFactory(), other, **special)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "relation-refused")
        assert pointer in {error["pointer"] for error in answer.get_json()["errors"]}
        assert PERSON_NUMBER not in answer.get_data(as_text=True)

    def test_is_of_a_kind_that_is_known(self, desk):
        body = relation("branch", FilingFactory(), firm(FilingFactory())) | {"kind": "friend"}
        answer = desk.ask("POST", PATH, "clerk", json=body)
        assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/kind"]

    def test_does_not_relate_a_firm_to_itself(self, filed):
        one = FilingFactory()
        for kind, other, pointer in (
            ("branch", firm(one), "/other/uscc"),
            ("changed_code", {"uscc": one["uscc"]}, "/other/uscc"),
            ("former_name", {"name": one["subject_name"]}, "/other/name"),
        ):
            assert pointer in {error["pointer"] for error in filed(kind, one, other).get_json()["errors"]}


class TestAudience:
    def test_is_neither_the_public_nor_a_peer(self, desk):
        with runtime.begin() as work:
            peers.add(work, "platform", "平台", "https://peer.example", Signer.generate().public.hex(), [])
        one = FilingFactory()
        record = related(desk, "controller", one, PERSON)
        assert desk.found() == desk.found(uscc=one["uscc"]) == []
        assert desk.get(f"/records/{record}").status_code == 404
        assert desk.ask("GET", f"/records/{record}").status_code == 404
        withdrawn(desk, record)
        assert desk.get(f"/records/{record}").status_code == 404
        with runtime.reading() as session:
            assert session.scalars(select(OutboxMessage)).all() == []

    @pytest.mark.parametrize("kind", WORDING)
    def test_gets_a_body_of_the_table_that_no_peer_may_send(self, desk, kind):
        others = {
            "former_name": {"name": "盐城旧名商贸有限公司"}, "changed_code": {"uscc": "91320902MA0TR0027T"},
            "legal_representative": PERSON, "controller": PERSON,
        }  # fmt: skip
        withdrawn(desk, related(desk, kind, FilingFactory(), others.get(kind) or firm(FilingFactory())))
        for body in bodies():
            endings = records.REMOVAL_FIELDS if body["state"] == "withdrawn" else ()
            required = [name for name, field in records.fields_of(records.RelationBody).items() if field.required]
            assert sorted(body) == sorted(["schema", *required, *endings])
            assert [fault.pointer for fault in record_schema.faults(body, ["procurement"])] == ["/kind"]
            assert records.to_json(msgspec.convert(body, records.RelationBody)) == body
            assert PERSON_NUMBER not in str(body)


class TestCheck:
    """Each path with its legal effect; nothing beyond one step."""

    def line(self, desk, party, **special):
        answer = desk.check(party, **special)
        assert answer.status_code == 201, answer.get_json()
        assert PERSON_NUMBER not in answer.get_data(as_text=True)
        return answer.get_json()["verdicts"][0]

    def test_follows_a_changed_code(self, desk):
        old, new = BanFactory(), stranger()
        desk.published(old)
        ends = {"subject_kind": "法人及非法人组织", "subject_name": new["name"], "uscc": new["uscc"]}
        assert desk.verdicts(new) == ["no_record"]
        record = related(desk, "changed_code", ends, {"uscc": old["uscc"], "name": old["subject_name"]})
        line = self.line(desk, new)
        assert (line["verdict"], line["reasons"][0]["via"]["relation"]) == ("barred", record)
        assert line["reasons"][0]["via"]["effect"] == "identity"

    def test_says_the_same_name_under_another_code_and_no_more_once_the_change_is_known(self, desk):
        old = BanFactory()
        desk.published(old)
        new = bidder(old, uscc=stranger()["uscc"])
        line = self.line(desk, new)
        assert line["reasons"][0]["match"] == {"by": "name", "code_differs": True}
        ends = {"subject_kind": "法人及非法人组织", "subject_name": old["subject_name"], "uscc": new["uscc"]}
        related(desk, "changed_code", ends, {"uscc": old["uscc"]})
        line = self.line(desk, new)
        assert (line["verdict"], len(line["reasons"])) == ("barred", 1)

    def test_knows_a_former_name(self, desk):
        ban = BanFactory()
        desk.published(ban)
        renamed = ban | {"subject_name": "盐城新名建设有限公司"}
        assert self.line(desk, bidder(renamed))["reasons"][0]["match"] == {"by": "uscc", "name_differs": True}
        related(desk, "former_name", renamed, {"name": ban["subject_name"]})
        line = self.line(desk, bidder(renamed))
        assert (line["verdict"], line["reasons"][0]["match"]) == (
            "barred",
            {"by": "uscc", "former_name": True},
        )
        assert self.line(desk, bidder(ban, name="盐城他名建设有限公司"))["reasons"][-1]["code"] == "name-differs"

    def test_leads_from_a_former_name_alone_to_review(self, desk):
        ban = BanFactory()
        desk.published(ban)
        related(desk, "former_name", ban, {"name": "盐城旧名建设有限公司"})
        line = self.line(desk, {"name": "盐城旧名建设有限公司"})
        assert (line["verdict"], {one["code"] for one in line["reasons"]}) == (
            "review",
            {"measure-in-force", "identity-not-given"},
        )

    def test_extends_a_ban_to_the_branch_and_not_back(self, desk):
        """公司法（2023修订）13: a branch is no legal person of its own."""
        head_office, branch = BanFactory(), FilingFactory()
        related(desk, "branch", head_office, firm(branch))
        desk.published(head_office)
        line = self.line(desk, bidder(branch))
        assert (line["verdict"], line["reasons"][0]["via"]["effect"]) == ("barred", "extends")
        banned, office = BanFactory(), FilingFactory()
        desk.published(banned)
        related(desk, "branch", office, firm(banned))
        line = self.line(desk, bidder(office))
        assert (line["verdict"], line["reasons"][0]["via"]["effect"]) == ("review", "attention")

    @pytest.mark.parametrize("kind", ["legal_representative", "controller"])
    def test_calls_attention_to_a_person_and_from_a_person(self, desk, kind):
        ban = BanFactory()
        desk.published(ban)
        related(desk, kind, ban, PERSON)
        person = {
            "name": "卞子墨",
            "role": "legal_representative",
            "id_type": "111",
            "id_number": PERSON_NUMBER,
        }
        line = self.line(desk, person)
        assert (line["verdict"], line["reasons"][0]["via"]["party"]["uscc"]) == ("review", ban["uscc"])
        assert self.line(desk, person | {"id_number": "32090219800101001X"})["verdict"] == "no_record"
        other = FilingFactory()
        related(desk, kind, other, PERSON)
        assert self.line(desk, bidder(other))["verdict"] == "no_record"  # the firm behind the person is two steps away

    def test_calls_attention_to_a_new_registration(self, desk):
        gone, new = BanFactory(), FilingFactory()
        desk.published(gone)
        related(desk, "reregistration", new, firm(gone))
        line = self.line(desk, bidder(new))
        assert (line["verdict"], line["reasons"][0]["via"]["kind"]) == ("review", "reregistration")

    def test_tells_nothing_of_a_related_party_without_measure(self, desk):
        fined, new = FilingFactory(), FilingFactory()
        desk.published(fined)
        related(desk, "reregistration", new, firm(fined))
        assert self.line(desk, bidder(new))["verdict"] == "no_record"

    def test_is_that_of_the_ledger_and_the_day(self, desk):
        ban, branch = BanFactory(), FilingFactory()
        desk.published(ban)
        record = related(desk, "branch", ban, firm(branch), since=days_ago(9), until=days_ago(3))
        assert [desk.verdicts(bidder(branch), on=days_ago(day))[0] for day in (10, 9, 4, 3, 0)] == [
            "no_record",
            "barred",
            "barred",
            "no_record",
            "no_record",
        ]
        withdrawn(desk, record)
        on = {"on": days_ago(5)}
        assert [desk.verdicts(bidder(branch), known_at=size, **on)[0] for size in (1, 2, 3)] == [
            "no_record",
            "barred",
            "no_record",
        ]

    def test_makes_a_consortium_as_its_worst_member(self, desk):
        """财库〔2016〕125号."""
        ban = BanFactory()
        desk.published(ban)
        parties = [stranger(), bidder(ban, role="consortium_member", of="1")]
        lines = desk.check(*parties).get_json()["verdicts"]
        assert [line["verdict"] for line in lines] == ["barred", "barred"]
        assert lines[0]["reasons"][0] | {"basis": ""} == {
            "code": "consortium-member",
            "ref": "2",
            "verdict": "barred",
            "basis": "",
        }

    def test_commits_to_the_product(self, desk):
        tender = {"code": "YC2026-0412", "sector": "procurement", "must_tender": None, "district": None}
        for product in ({}, {"product": "血管支架"}):
            made = desk.check(stranger(), tender=product).get_json()
            receipt = desk.get(made["receipt"].removeprefix("/api/v1"), "centre")
            committed = receipts.commit_tender(tender | product, bytes.fromhex(made["tender_salt"]))
            assert receipt.get_json()["statement"]["tender"] == committed.hex()
            assert "血管支架" not in receipt.get_data(as_text=True)
