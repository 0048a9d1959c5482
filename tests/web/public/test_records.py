import re
from urllib.parse import quote

import pytest

from tests.web import samples

ZHANG_ID = "320902199003074518"
CODE = samples.body(1)["subject"]["uscc"]


@pytest.fixture(scope="module", autouse=True)
def published(app):
    many = [
        samples.body(number, name=f"盐城连页{number}号贸易有限公司", behaviour="N2-01") for number in range(100, 125)
    ]
    samples.release(
        samples.body(1, name="盐城瀚垚建设工程有限公司"),
        samples.body(2, name="盐城沐笙物业服务有限公司", sectors=["property"], district="320903", measures=[]),
        samples.body(3, name="卞子墨", audience="authorised"),
        samples.body(4, name="盐城往日有限公司", visible_until="2026-11-22"),
        *many,
    )


def text(client, query="", status=200):
    answer = client.get(f"/records{query}")
    assert answer.status_code == status, answer.text
    return answer.text


def found(client, query):
    return re.findall(r'<h3[^>]*><a href="/records/([0-9a-f]{32})">', text(client, query))


class TestSearch:
    @pytest.mark.parametrize("query", ["瀚垚", "盐城 瀚垚（建设）", "瀚垚建设工程有限公司"])
    def test_finds_a_name_by_a_part_of_it(self, client, query):
        assert found(client, f"?q={query}") == [samples.record_id(1)]

    def test_offers_a_near_name_for_a_person_to_judge(self, client):
        assert found(client, "?q=盐城瀚珧建设工程有限公司") == [samples.record_id(1)]
        shown = text(client, "?q=盐城瀚珧建设工程有限公司")
        assert "须由人核实" in shown
        assert "同音字（珧／垚）" in shown or "形近字（珧／垚）" in shown

    @pytest.mark.parametrize("parameter", ["q", "uscc"])
    def test_finds_a_code(self, client, parameter):
        assert found(client, f"?{parameter}={CODE.lower()}") == [samples.record_id(1)]

    def test_survives_hostile_text(self, client):
        assert "<b>" not in text(client, "?q=<b>瀚垚")

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("瀚%00垚", "query-refused"),
            ("瀚垚%E2%80%AE", "query-refused"),
            ("%ED%A0%80瀚垚", "query-encoding"),
            ("%FF瀚垚", "query-encoding"),
            (quote("盐城瀚垚", encoding="gbk"), "query-encoding"),
            (quote("有限公司", encoding="big5"), "query-encoding"),
        ],
    )
    def test_never_answers_nothing_to_broken_text(self, client, query, code):
        assert code in text(client, f"?q={query}", 422)

    @pytest.mark.parametrize("name", ["瀚*垚", "瀚？工程", "盐城**公司", "瀚%25垚", "盐城某某公司"])
    def test_never_answers_nothing_to_a_wildcard_within_a_name(self, client, name):
        assert "不支持通配符" in text(client, f"?q={name}", 422)

    @pytest.mark.parametrize("name", ["瀚%25", "瀚_垚", "%25工程"])
    def test_takes_wildcards_for_no_more_than_noise(self, client, name):
        assert set(found(client, f"?q={name}")) <= {samples.record_id(1)}

    @pytest.mark.parametrize("filters", ["sector=property", "district=320903", "q=沐笙&sector=&behaviour=&on="])
    def test_narrows_and_takes_empty_fields_for_not_given(self, client, filters):
        assert found(client, f"?{filters}") == [samples.record_id(2)]

    def test_says_at_which_entry_nothing_was_found_and_never_that_a_firm_is_clean(self, client):
        shown = text(client, "?q=查无此名")
        assert "在第 29 号登记时未查到" in shown
        assert not any(word in shown for word in ("无失信", "信用良好", "清白"))

    def test_shows_what_the_list_promises(self, client):
        shown = text(client, "?q=瀚垚")
        for part in (
            CODE,
            "盐示建罚〔2026〕1号",
            "罚款",
            "2026-10-01",
            "2027-09-30",
            "政府采购领域",
            "禁止参加政府采购活动",
        ):
            assert part in shown

    def test_shows_a_measure_only_on_its_days(self, client):
        assert "当日有效" in text(client, "?q=瀚垚&on=2026-11-01")
        assert "当日有效" not in text(client, "?q=瀚垚&on=2027-10-01")

    def test_shows_neither_persons_nor_what_has_ended(self, client):
        shown = text(client)
        assert "卞子墨" not in shown
        assert "往日" not in shown


class TestPaging:
    def test_shows_every_record_once_at_the_entry_of_the_first_page(self, client):
        first = text(client, "?behaviour=N2-01")
        query = re.search(r'rel="next" href="/records([^"]+)"', first)[1].replace("&amp;", "&")
        samples.release(samples.body(200, name="盐城后来有限公司", behaviour="N2-01"))
        second = text(client, query)
        ids = re.findall(r'<h3[^>]*><a href="/records/([0-9a-f]{32})">', first + second)
        assert sorted(ids) == [samples.record_id(number) for number in range(100, 125)]
        assert "共 25 条" in first
        assert "共 25 条" in second
        assert 'rel="next"' not in second

    @pytest.mark.parametrize(
        "token",
        [
            "1",
            "1.2026-11-22",
            "x.2026-11-22.1",
            "1.2026-13-01.1",
            "9" * 30 + ".2026-11-22.1",
            "１.2026-11-22.1",
        ],
    )
    def test_refuses_a_damaged_token(self, client, token):
        assert "query-refused" in text(client, f"?next={token}", 422)

    def test_refuses_an_entry_that_has_not_come(self, client):
        assert "entry-ahead" in text(client, "?next=999999.2026-11-22.1", 422)

    def test_refuses_a_day_that_contradicts_the_token(self, client):
        text(client, "?next=5.2026-11-22.5&on=2026-11-21", 422)


class TestRefusals:
    @pytest.mark.parametrize(
        "query",
        [
            "?q=瀚垚&q=沐笙",
            "?on=2026-02-30",
            "?on=20260101",
            "?on=2026-W01-1",
            "?sector=nothing",
            "?behaviour=N9",
            "?district=1",
            "?authority=abc",
            "?uscc=123",
            "?q=%28%29",
            "?q=" + "盐" * 101,
            f"?q={CODE}&uscc={samples.body(2)['subject']['uscc']}",
        ],
    )
    def test_answers_with_a_plain_page_and_the_code(self, client, query):
        shown = text(client, query, 422)
        assert "查询参数不正确" in shown
        assert "query-refused" in shown

    @pytest.mark.parametrize(
        "typed",
        [
            ZHANG_ID,
            "320902 19900307 4518",
            "３２０９０２１９９００３０７４５１８",
            f"张三{ZHANG_ID}",
            f"ID{ZHANG_ID}",
            "320902199013074518",
            "320902900307451",
            "32090219900307451x",
            "13800001111",
        ],
    )
    @pytest.mark.parametrize("parameter", ["q", "uscc", "authority"])
    def test_takes_no_number_of_a_person_and_never_repeats_it(self, client, typed, parameter):
        shown = text(client, f"?{parameter}={typed}", 422)
        assert "公开页面不按身份证件号码" in shown
        assert typed not in shown
        assert typed[-6:] not in shown

    @pytest.mark.parametrize("query", [f"?sector={ZHANG_ID}", f"?on={ZHANG_ID}", f"?next={ZHANG_ID}"])
    def test_repeats_nothing_of_other_refused_input(self, client, query):
        assert ZHANG_ID not in text(client, query, 422)


class TestCaching:
    def test_answers_304_until_a_new_entry(self, client):
        first = client.get("/records?q=瀚垚")
        assert first.headers["Cache-Control"] == "public, no-cache"
        tag = {"If-None-Match": first.headers["ETag"]}
        assert client.get("/records?q=瀚垚", headers=tag).status_code == 304
        samples.release(samples.body(300))
        assert client.get("/records?q=瀚垚", headers=tag).status_code == 200
