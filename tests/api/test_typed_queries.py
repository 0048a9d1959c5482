"""What people type into the public search finds what they mean, and is suggested while they type."""

import pytest

from tests.support.filings import filing


class TestTyped:
    """What people type finds what they mean."""

    @pytest.mark.parametrize(
        ("typed", "is_found"),
        [
            ("瀚", True),
            ("盐城 工程", True),
            ("工程 盐城", True),
            ("鹽城 建設", True),
            ("盐城 矿业", False),
            ("请查 91320902MA0TR0027T 这家单位", True),
            ("盐示财采罚〔2026〕177号", True),
            ("关于盐示财采罚[2026]第177号，是否公示", True),
            ("盐示财采罚〔2026〕178号", False),
        ],
    )
    def test_finds_what_is_meant(self, desk, typed, is_found):
        named = {"subject_name": "盐城瀚澜建设工程有限公司", "uscc": "91320902MA0TR0027T"}
        record = desk.published(filing(**named, document_number="盐示财采罚〔2026〕177号"))
        assert desk.found(q=typed) == ([record] if is_found else [])

    def test_finds_by_sound_by_initials_by_who_decided_and_offers_slips(self, desk):
        record = desk.published(filing(subject_name="盐城瀚澜建设工程有限公司"))
        authority = desk.get(f"/records/{record}").get_json()["authority"]["name"]
        for typed in (
            "hanlan",
            "HL",
            "hljsgc",
            "gong cheng\u3000han",
            "工程\t盐城\u2003hlj",
            "工程、瀚",
            "瀚LAN",
            authority,
        ):
            assert desk.found(q=typed) == [record], typed
        for typed in ("瀚兰", "翰澜", "工程 瀚斓"):
            answer = desk.get("/records", query_string={"q": typed}).get_json()
            assert (answer["total"], [near["id"] for near in answer["near"]]) == (0, [record]), typed

    def test_finds_an_authority_by_a_part_of_its_name(self, desk):
        record = desk.published(filing())
        name = desk.get(f"/records/{record}").get_json()["authority"]["name"]
        assert desk.found(authority=name[2:]) == [record]
        assert desk.found(authority="海关总署") == []

    def test_year_and_state_are_refused_when_unknown(self, desk):
        for query in (
            "year=26",
            "year=二〇二六",
            "state=expired",
            "previous=x",
            "next=1.2026-01-01.1&previous=1.2026-01-01.1",
        ):
            assert desk.get(f"/records?{query}").status_code == 422, query

    def test_district_of_the_code_is_marked_as_derived(self, desk):
        record = desk.published(filing(district=""))
        answer = desk.get(f"/records/{record}").get_json()
        assert answer["district"] is None
        assert desk.found(district=answer["derived"]["district"]) == [record]
        filed = desk.published(filing(district="320903"))
        assert "derived" not in desk.get(f"/records/{filed}").get_json()

    def test_pages_turn_both_ways_with_a_total(self, desk):
        records = [desk.published(filing()) for _ in range(5)]
        first = desk.get("/records?limit=2").get_json()
        second = desk.get("/records", query_string={"limit": 2, "next": first["next"]}).get_json()
        back = desk.get("/records", query_string={"limit": 2, "previous": second["previous"]}).get_json()
        assert (first["previous"], first["total"], second["total"]) == (None, 5, 5)
        assert back["items"] == first["items"]
        assert [item["id"] for item in second["items"]] == records[1:3][::-1]


class TestSuggestions:
    @pytest.mark.parametrize(
        "typed",
        [
            "瀚",
            "瀚澜",
            "瀚瀾建設",
            "yan cheng han lan jian she gong cheng you xian gong si",
            "盐城瀚蓝建设工程有限公司",
        ],
    )
    def test_name_what_may_be_meant(self, desk, typed):
        desk.published(filing(subject_name="盐城瀚澜建设工程有限公司"))
        assert desk.get("/suggestions", query_string={"q": typed}).get_json() == {"items": ["盐城瀚澜建设工程有限公司"]}

    def test_refuse_numbers_of_persons(self, desk):
        answer = desk.get("/suggestions?q=320981199912310005")
        assert (answer.status_code, answer.get_json()["code"]) == (422, "query-refused")
