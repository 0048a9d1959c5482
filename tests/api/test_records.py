"""What the public reads: flows of a record, search, paging, moments, validators."""

import re
from urllib.parse import quote

import pytest

from registry.domain.records import REMOVAL_FIELDS
from tests.support.desk import head
from tests.support.filings import (
    HOUSING,
    MARKET,
    BanFactory,
    FilingFactory,
    PersonFactory,
    WarningFactory,
    days_ago,
    filing,
)

NOT_UNDERSTOOD = (
    "color=red",
    "kind=rumour",
    "uscc=1",
    "on=tomorrow",
    "known_at=-1",
    "known_at=9",
    "entry=99999999999999",
    "known_at=0&entry=1",
    "limit=0",
    "limit=501",
    "limit=1.5",
    "limit=9" + "9" * 40,
    "q=a&q=b",
    "q=",
    "next=x",
    "next=0.2026-01-01.x",
    "next=0.2026-01-01." + "9" * 30,
    "next=" + "9" * 30 + ".2026-01-01.1",
    "sector=%00",
    "q=%00",
    "authority=%00",
    "q=320981199912310005",
    "q=３２０９８１１９９９１２３１０００５",
    "q=%E2%80%AEabc",
    "next=-1.2026-01-01.5",
    "next=%C2%B2.2026-01-01.5",
    "limit=1_0",
    "limit=%2B5",
    "limit=%205",
    "known_at=1_0",
    "on=2026-W48-6",
    "on=20261128",
    "on=2026-1-1",
    f"q={quote('盐城瀚垚', encoding='gbk')}",
    f"q={quote('公司', encoding='gbk')}",
    "q=统一社会信用代码",
    "q=统一社会信用代码：9132",
    "q=91320902MA0T",
    "q=盐城**公司",
    "q=某某公司",
    "q=91320902MA0TR0027T 91320902MA0TR0035M",
    "uscc=91320902MA0TR0027T 91320902MA0TR0035M",
    "uscc=盐城示例有限公司 91320902MA0TR0027T",
    "q=盐城示例有限公司 320981199912310005",
    "kind=,",
)
"""Questions that are refused, because they would find nothing or something else than was meant."""


class TestVerify:
    def test_publishes_with_source_policy_and_clock(self, desk):
        record = desk.published(BanFactory())
        body = desk.get(f"/records/{record}").get_json()
        assert (body["state"], body["revision"], body["act"]) == ("published", 1, "publish")
        assert body["source"]["channel"] == "api"
        assert body["policy"] == "serious"
        assert body["measures"][0]["code"] == "B1"
        assert desk.found() == [record]

    def test_is_refused_to_the_filer_and_to_others(self, desk):
        record = desk.filed(filing())
        assert desk.act("verification", record, "clerk").get_json()["code"] == "out-of-role"
        other = desk.act("verification", record, "other-verifier")
        assert (other.status_code, other.get_json()["code"]) == (404, "penalty-unknown")
        assert desk.found() == []

    def test_happens_once(self, desk):
        record = desk.published(filing())
        again = desk.act("verification", record)
        assert (again.status_code, again.get_json()["code"]) == (409, "transition-refused")
        assert head(desk) == 1

    def test_of_a_stale_version_is_refused(self, desk):
        given = filing()
        record = desk.filed(given)
        assert desk.act("", record, "clerk", json=given | {"facts": "另一事实。"}).status_code == 200
        stale = desk.act("verification", record, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.get_json()["code"]) == (412, "version-stale")
        assert desk.act("verification", record, headers={"If-Match": "two"}).status_code == 412
        assert desk.act("verification", record, headers={"If-Match": '"2"'}).status_code == 200
        reason = {"reason": "误", "changed_on": days_ago(0)}
        assert desk.act("withdrawal", record, headers={"If-Match": "*"}, json=reason).status_code == 202

    def test_answers_a_validator(self, desk):
        record = desk.filed(filing())
        first = desk.get(f"/penalties/{record}", "clerk")
        assert first.headers["ETag"].startswith('"1@')
        again = desk.get(f"/penalties/{record}", "clerk", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")


class TestReturn:
    def test_goes_back_with_a_reason_and_comes_again(self, desk):
        given = filing()
        record = desk.filed(given)
        returned = desk.act("return", record, json={"reason": "请补正依据"}).get_json()
        assert (returned["state"], returned["returned_because"]) == ("returned", "请补正依据")
        assert desk.act("verification", record).status_code == 409
        assert desk.act("", record, "clerk", json=given).get_json()["state"] == "filed"
        assert desk.act("verification", record).status_code == 200

    def test_needs_a_reason(self, desk):
        record = desk.filed(filing())
        for body in ({}, {"reason": ""}, {"reason": "a", "more": 1}, {"reason": "\x00"}, {"reason": 5}, []):
            assert desk.act("return", record, json=body).status_code == 422, body


class TestCorrect:
    def test_is_seen_once_verified(self, desk):
        given = filing(facts="原事实。")
        record = desk.published(given)
        amended = desk.act("", record, "clerk", json=given | {"facts": "更正后的事实。"})
        assert amended.get_json()["state"] == "amended"
        assert desk.get(f"/records/{record}").get_json()["facts"] == "原事实。"
        assert desk.act("verification", record).status_code == 200
        now = desk.get(f"/records/{record}").get_json()
        assert (now["facts"], now["revision"], now["act"]) == ("更正后的事实。", 2, "correct")
        versions = desk.get(f"/records/{record}/history").get_json()["items"]
        assert [one["revision"] for one in versions] == [1, 2]
        assert desk.get(f"/records/{record}?known_at=1").get_json()["facts"] == "原事实。"

    def test_never_changes_who_decided_about_whom(self, desk):
        given = filing()
        record = desk.published(given)
        other = desk.act("", record, "clerk", json=given | {"uscc": filing()["uscc"]})
        assert (other.status_code, other.get_json()["code"]) == (409, "identity-changed")

    def test_returned_leaves_the_published_facts(self, desk):
        given = filing()
        record = desk.published(given)
        desk.act("", record, "clerk", json=given | {"facts": "误改。"})
        returned = desk.act("return", record, json={"reason": "无此更正"})
        assert returned.get_json()["state"] == "published"
        assert desk.get(f"/records/{record}").get_json()["revision"] == 1

    def test_history_never_shows_a_version_that_was_not_public(self, desk):
        given = dict(WarningFactory())  # minor: not public
        record = desk.published(given)
        assert desk.get(f"/records/{record}").status_code == 404
        graver = given | {"severity": "2", "facts": "更正后的事实。"}
        assert desk.act("", record, "clerk", json=graver).status_code == 200
        assert desk.act("verification", record).status_code == 200
        versions = desk.get(f"/records/{record}/history").get_json()["items"]
        assert [one["revision"] for one in versions] == [2]


class TestWithdraw:
    def test_leaves_only_when_and_why(self, desk):
        record = desk.published(filing(facts="不再公开的事实。"))
        assert desk.withdraw(record, days_ago(1)).get_json()["state"] == "withdrawn"
        stone = desk.get(f"/records/{record}").get_json()
        assert set(stone) == {"id", "entry", "kind", "state", "revision", *REMOVAL_FIELDS}
        assert (stone["state"], stone["removed_because"]) == ("withdrawn", "经复议撤销")
        assert desk.get(f"/records/{record}/history").status_code == 404
        assert desk.found() == []

    def test_is_not_undone_by_looking_back(self, desk):
        record = desk.published(filing())
        desk.withdraw(record, days_ago(0))
        for query in (f"known_at=1&on={days_ago(0)}", "known_at=1", f"on={days_ago(0)}"):
            assert desk.get(f"/records/{record}?{query}").status_code == 404, query
        assert desk.found(known_at=1) == desk.found(entry=1, on=days_ago(0)) == []

    def test_is_refused_to_the_filer_in_future_and_twice(self, desk):
        record = desk.published(filing())
        refusals = [
            desk.act("withdrawal", record, "clerk", json={"reason": "误", "changed_on": days_ago(0)}),
            desk.withdraw(record, days_ago(-1)),
        ]
        assert [one.get_json()["code"] for one in refusals] == ["out-of-role", "change-in-future"]
        assert desk.withdraw(record, days_ago(0)).status_code == 200
        assert desk.withdraw(record, days_ago(0)).get_json()["code"] == "transition-refused"


class TestAudience:
    def test_leaves_natural_persons_out(self, desk):
        record = desk.published(PersonFactory())
        assert desk.get(f"/records/{record}").status_code == 404
        assert desk.found() == desk.found(q="卞子墨") == []
        assert record not in desk.get("/changes").get_data(as_text=True)

    @pytest.mark.parametrize(
        ("special", "is_public"),
        [
            pytest.param({"decided_on": "2026-04-01"}, False, id="信用修复管理办法（国家发展改革委令第36号）-轻微"),
            pytest.param({"severity": "3"}, True, id="信用修复管理办法（国家发展改革委令第36号）-严重"),
        ],
    )
    def test_follows_the_policy_of_its_severity(self, desk, special, is_public):
        record = desk.published(WarningFactory(**special))
        assert (desk.get(f"/records/{record}").status_code == 200) is is_public

    def test_of_market_supervision_follows_its_own_rule(self, desk):
        # 市场监管总局令第45号: three years, where the general rule gives twelve months at most.
        special = {"sectors": "construction", "authority_name": MARKET[0], "authority_code": MARKET[1]}
        special |= {"fine": "5", "content": "处以罚款五万元。"}  # a low fine has three months
        record = desk.published(FilingFactory(decided_on="2025-10-24", **special), "other-clerk", "other-verifier")
        assert desk.get(f"/records/{record}").get_json()["policy"] == "market-general"

    def test_ends_by_itself(self, desk):
        given = filing(decided_on="2026-04-10", publicity_until="2026-07-20")
        record = desk.published(given)
        assert desk.get(f"/records/{record}").status_code == 404
        assert desk.found() == []


class TestSearch:
    def test_finds_names_as_people_type_them(self, desk, subtests):
        record = desk.published(filing(subject_name="盐城瀚（苏北）Ｎo.1 建设有限公司"))
        desk.published(filing())
        for text in ("盐城瀚", "瀚", "瀚苏", "瀚(苏北)", "NO.1建设", "ｎｏ１", "设有"):
            with subtests.test(text):
                assert record in desk.found(q=text)
        for text in ("瀚苏南", "瀚_苏南", "苏瀚"):
            with subtests.test(text):
                assert record not in desk.found(q=text)

    def test_of_signs_only_is_refused(self, desk):
        desk.published(filing())
        for text in ("（）", "%", "__", "　"):
            answer = desk.get("/records", query_string={"q": text})
            assert (answer.status_code, answer.get_json()["code"]) == (422, "query-refused"), text

    def test_narrows_by_each_filter(self, desk, subtests):
        given = BanFactory(behaviour="N1", district="320902", sectors="procurement；construction")
        record = desk.published(given)
        housing = {"authority_name": HOUSING[0], "authority_code": HOUSING[1], "sectors": "construction"}
        other = desk.published(filing(**housing), "other-clerk", "other-verifier")
        both = {record, other}
        # The other decision names no district: that of the firm's code counts.
        derived = {other} if "derived" in desk.get(f"/records/{other}").get_json() else set()
        assert derived
        for query, expected in (
            ({"sector": "procurement"}, {record}),
            ({"sector": "construction"}, both),
            ({"sector": "mining"}, set()),
            ({"behaviour": "N1"}, {record}),
            ({"district": "320902"}, {record} | derived),
            ({"district": "320903"}, set()),
            ({"authority": HOUSING[1]}, {other}),
            ({"uscc": given["uscc"]}, {record}),
            ({"uscc": given["uscc"].lower()}, {record}),
            ({"kind": "penalty"}, both),
            ({"kind": "listing"}, set()),
            ({"kind": "penalty,listing"}, both),
        ):
            with subtests.test(str(query)):
                assert set(desk.found(**query)) == expected

    def test_refuses_what_it_does_not_know(self, desk, subtests):
        for query in NOT_UNDERSTOOD:
            with subtests.test(query[:40]):
                answer = desk.get(f"/records?{query}")
                assert answer.status_code == 422, answer.get_json()
                assert "320981199912310005" not in answer.get_data(as_text=True)

    @pytest.mark.parametrize(
        "written",
        [
            "{name}{code}",
            "{name} {code}",
            "{code}{name}",
            "{code}，{name}",
            "统一社会信用代码：{code}",
            "统一社会信用代码:{code}（1/1）",
            "信用代码 {code}",
            "{name}（{code}）",
            "{lower}",
            "{apart}",
            "{hyphens}",
            "{full}",
            "请查询{name}，代码{code}，谢谢",
            "代码={code}",
            "{name}\t{code}",
            "USCC: {code}",
            "【{code}】",
            "{name}/{code}",
            "“{code}”",
            "{code}。",
        ],
    )
    def test_finds_a_code_wherever_it_stands(self, desk, written):
        firm = filing()
        record = desk.published(firm)
        code = firm["uscc"]
        full = "".join(chr(ord(character) + 0xFEE0) for character in code)
        apart, hyphens = " ".join(re.findall(".{1,4}", code)), f"{code[:8]}-{code[8:17]}-{code[17]}"
        text = written.format(
            name=firm["subject_name"], code=code, lower=code.lower(), apart=apart, hyphens=hyphens, full=full
        )
        assert desk.found(q=text) == [record]

    def test_takes_a_code_filter_as_people_write_it(self, desk):
        firm = filing()
        record = desk.published(firm)
        for text in (
            f"统一社会信用代码：{firm['uscc']}",
            firm["uscc"].lower(),
            f"{firm['uscc'][:8]} {firm['uscc'][8:]}",
        ):
            assert desk.found(uscc=text) == [record]

    def test_takes_a_sector_by_its_name_and_names_them_all_else(self, desk):
        record = desk.published(filing())
        assert desk.found(sector="政府采购领域") == [record]
        answer = desk.get("/records", query_string={"sector": "渔业"}).get_json()
        assert "procurement" in answer["errors"][0]["detail"]

    @pytest.mark.parametrize(
        "path", ["/api/v1/penalties/0", "/api/v1/checks/0", "/api/v1/schemas/penalty", "/api/v1/readyz"]
    )
    def test_of_a_parameter_that_no_route_reads_is_refused(self, desk, path):
        answer = desk.ask("GET", path, "clerk", query_string={"colour": "red"})
        assert answer.status_code in (404, 422)
        if answer.status_code == 422:
            assert answer.get_json()["code"] == "query-refused"

    def test_pages_are_pinned_while_records_arrive(self, desk):
        records = [desk.published(filing()) for _ in range(5)]
        first = desk.get("/records?limit=2").get_json()
        late = desk.published(filing())
        second = desk.get("/records", query_string={"limit": 2, "next": first["next"]}).get_json()
        third = desk.get("/records", query_string={"limit": 2, "next": second["next"]}).get_json()
        seen = [item["id"] for page in (first, second, third) for item in page["items"]]
        assert seen == records[::-1]
        assert (third["next"], third["entry"]) == (None, 5)
        assert late in desk.found()

    def test_answers_a_validator_that_moves(self, desk):
        desk.published(filing())
        first = desk.get("/records")
        etag = {"If-None-Match": first.headers["ETag"]}
        assert desk.get("/records", headers=etag).status_code == 304
        desk.published(filing())
        assert desk.get("/records", headers=etag).status_code == 200


class TestChanges:
    def test_tell_acts_in_order_and_nobody(self, desk):
        given = filing()
        record = desk.published(given)
        desk.withdraw(record, days_ago(0))
        answer = desk.get("/changes")
        body = answer.get_json()
        assert [(one["entry"], one["act"]) for one in body["items"]] == [(1, "publish"), (2, "withdraw")]
        assert body["head"] == 2
        assert given["uscc"] not in answer.get_data(as_text=True)
        assert desk.get("/changes?after=2").get_json()["items"] == []
        for query in ("after=-1", "limit=0", "after=" + "9" * 30, "from=1"):
            assert desk.get(f"/changes?{query}").status_code == 422, query


class TestNear:
    def test_names_come_with_an_explanation_that_gives_the_score(self, desk):
        record = desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        first = desk.get("/records", query_string={"q": "盐城瀚蓝建设有限公司"}).get_json()
        assert first["items"] == []
        (near,) = first["near"]
        assert (near["id"], near["label"]) == (record, "possible")
        assert near["differences"] == [{"kind": "homophone", "asked": "蓝", "held": "澜", "cost": 0.2}]
        assert near["score"] == round(1 / (1 + 0.2), 4)

    def test_traditional_characters_find_as_simplified_ones_do(self, desk):
        record = desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        assert desk.found(q="瀚瀾建設") == [record]

    def test_records_are_offered_on_the_first_page_only(self, desk):
        for number in range(2):
            desk.published(filing(subject_name=f"盐城瀚澜建设有限公司第{number}分公司"))
        first = desk.get("/records", query_string={"q": "盐城瀚澜建设", "limit": 1}).get_json()
        again = {"q": "盐城瀚澜建设", "limit": 1, "next": first["next"]}
        assert desk.get("/records", query_string=again).get_json()["near"] == []
