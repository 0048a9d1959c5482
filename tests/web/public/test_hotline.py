"""The two pages with one box: a sentence to read aloud, and a screen that forgets."""

import re

import pytest

from tests.web import samples


@pytest.fixture(scope="module", autouse=True)
def published(app):
    samples.release(samples.body(1, name="盐城市亭湖区瀚垚建设工程有限公司"), *[samples.body(n) for n in range(30, 45)])


def page(client, path, text=None):
    answer = client.get(path, query_string={"q": text} if text is not None else {})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


class TestHotline:
    def test_says_one_sentence_a_record_with_measure_last_day_and_authority(self, client):
        text = page(client, "/hotline", "瀚垚")
        [sentence] = re.findall(r'class="answer"[^>]*><bdi>(.*?)</bdi>', text)
        assert sentence.startswith("盐城市亭湖区瀚垚建设工程有限公司（统一社会信用代码末四位 ")
        assert "于2026年10月1日作出行政处罚" in sentence
        assert "禁止参加政府采购活动（采购法第七十七条），至2027年9月30日" in sentence
        assert sentence.endswith("公示至2027年9月30日。")
        assert sentence.count("。") == 1

    def test_says_that_nothing_found_is_no_clearance(self, client):
        text = page(client, "/hotline", "不存在的名称")
        assert "没有查到" in text
        assert "未查到不等于没有失信行为" in text

    def test_says_how_many_there_are_when_it_does_not_show_all(self, client):
        text = page(client, "/hotline", "虚构")
        assert text.count('class="answer"') == 10
        assert "查到 15 条公示记录" in text

    @pytest.mark.parametrize("path", ["/hotline", "/kiosk"])
    @pytest.mark.parametrize("number", ["32090219800101001X", "13900000000"])
    def test_never_repeats_a_number_of_a_person(self, client, path, number):
        text = page(client, path, number)
        assert number not in text
        assert "不按身份证件号码" in text

    @pytest.mark.parametrize("path", ["/hotline", "/kiosk"])
    def test_spells_out_nothing_as_markup(self, client, path):
        assert "<script>" not in page(client, path, "<script>alert(1)</script>")

    @pytest.mark.parametrize("path", ["/hotline", "/kiosk"])
    def test_is_kept_by_no_cache_and_needs_no_script(self, client, path):
        answer = client.get(path, query_string={"q": "瀚垚"})
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in answer.get_data(as_text=True)
        assert "autofocus" in answer.get_data(as_text=True)


class TestKiosk:
    def test_forgets_after_a_minute_what_was_asked(self, client):
        assert client.get("/kiosk", query_string={"q": "瀚垚"}).headers["Refresh"] == "60; url=/kiosk"
        assert "Refresh" not in client.get("/kiosk").headers

    def test_offers_to_forget_at_once(self, client):
        assert "清除，重新查询" in page(client, "/kiosk", "瀚垚")
