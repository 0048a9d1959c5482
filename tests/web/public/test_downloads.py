"""Lists as files, the page of open data, feeds, the sitemap and charts: what they hold is what the search finds."""

import csv
import io
import json
import re
from xml.etree import ElementTree

import openpyxl
import pytest

from registry.domain.publication import record_columns
from registry.web.public import downloads, feeds
from tests.support.closing import get
from tests.web import samples

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
PERSON = {"kind": "natural_person", "name": "卞子墨", "uscc": None}


@pytest.fixture(scope="module", autouse=True)
def published(app):
    samples.release(
        samples.body(1, name="盐城瀚垚建设工程有限公司"),
        samples.body(2, name="=HYPERLINK(1)物业有限公司", sectors=["property"], district="320903"),
        samples.body(3, name="盐城不公开有限公司", audience="authorised"),
        samples.body(4, subject=PERSON),
        samples.listing_body(5, visible_from="2026-08-01"),
    )


def entries_found(client, query):
    return {item["entry"] for item in get(client, f"/api/v1/records?limit=100&{query}").get_json()["items"]}


QUERIES = ["", "q=瀚垚", "sector=property", "kind=listing", "district=320903&kind=penalty", "q=没有这家"]


class TestDownloads:
    @pytest.mark.parametrize("query", QUERIES)
    def test_hold_what_the_search_finds(self, client, query):
        expected = entries_found(client, query)
        lines = get(client, f"/records.jsonl?{query}").text.splitlines()
        assert {json.loads(line)["entry"] for line in lines} == expected
        rows = list(csv.DictReader(io.StringIO(get(client, f"/records.csv?{query}").data.decode("utf-8-sig"))))
        assert {int(row["entry"]) for row in rows} == expected
        book = openpyxl.load_workbook(io.BytesIO(get(client, f"/records.xlsx?{query}").data))
        heading, *cells = book["公示记录"].iter_rows(values_only=True)
        assert list(heading) == record_columns.headings(in_words=True)
        assert {int(row[0]) for row in cells} == expected

    def test_of_a_name_like_a_formula_are_text(self, client):
        assert "'=HYPERLINK(1)物业有限公司" in get(client, "/records.csv?sector=property").text

    def test_are_linked_from_the_page_as_filtered(self, client):
        page = get(client, "/records?sector=property&q=物业").text
        links = re.findall(r'href="(/records\.(?:csv|xlsx|jsonl)\?[^"]+)"', page)
        assert len(links) == 3
        for link in links:
            assert get(client, link.replace("&amp;", "&")).status_code == 200

    def test_of_too_many_records_are_refused_with_the_way_to_the_files(self, client, monkeypatch):
        monkeypatch.setattr(downloads, "ROWS_MAX", 2)
        answer = get(client, "/records.csv")
        assert answer.status_code == 422
        assert "list-too-long" in answer.text
        assert get(client, "/records.csv?sector=property").status_code == 200

    def test_refuse_what_the_search_refuses(self, client):
        assert get(client, "/records.csv?q=320902199003074518").status_code == 422

    @pytest.mark.parametrize("name", downloads.LISTS)
    def test_of_the_law_hold_the_rows_of_the_page(self, client, name):
        lines = [json.loads(line) for line in get(client, f"/law/{name}.jsonl").text.splitlines()]
        rows = list(csv.DictReader(io.StringIO(get(client, f"/law/{name}.csv").data.decode("utf-8-sig"))))
        assert [line["code"] for line in lines] == [row["code"] for row in rows]
        assert lines
        assert get(client, f"/law/{name}.xlsx").status_code == 200

    def test_of_an_unknown_list_is_not_found(self, client):
        assert get(client, "/law/accounts.csv").status_code == 404


class TestOpenData:
    def test_names_every_field(self, client):
        page = get(client, "/data").text
        assert all(f"<code>{column.path}</code>" in page for column in record_columns.columns())
        assert "尚未声明" in page


def feed_of(client, query=""):
    answer = get(client, f"/records.atom{query}")
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.data)


class TestFeed:
    @pytest.mark.parametrize("query", QUERIES)
    def test_has_the_records_that_the_search_finds(self, client, query):
        links = feed_of(client, f"?{query}").findall("a:entry/a:link", ATOM)
        found = get(client, f"/api/v1/records?limit=100&{query}").get_json()["items"]
        assert [link.get("href").rpartition("/")[2] for link in links] == [item["id"] for item in found]

    def test_has_what_a_feed_must_have(self, client):
        feed = feed_of(client)
        for element in (feed, *feed.findall("a:entry", ATOM)):
            assert all(element.find(f"a:{name}", ATOM) is not None for name in ("id", "title", "updated"))
        assert len({one.text for one in feed.findall("a:entry/a:id", ATOM)}) == len(feed.findall("a:entry", ATOM))

    def test_names_no_natural_person(self, client):
        assert PERSON["name"] not in get(client, "/records.atom").text

    def test_answers_unchanged_without_making_it(self, client):
        tag = get(client, "/records.atom").headers["ETag"]
        assert get(client, "/records.atom", headers={"If-None-Match": tag}).status_code == 304

    def test_is_announced_by_the_pages_of_a_search_and_of_a_sector(self, client):
        for path in ("/records?sector=property", "/sectors/property"):
            link = re.search(
                r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', get(client, path).text
            )
            assert get(client, link[1].replace("&amp;", "&")).status_code == 200


def addresses(client, path):
    return [one.text for one in ElementTree.fromstring(get(client, path).data).iter(f"{{{MAP['s']}}}loc")]


class TestSitemap:
    def test_has_every_record_but_those_of_natural_persons(self, client, monkeypatch):
        monkeypatch.setattr(feeds, "SITEMAP_ENTRIES", 2)
        files = [address.removeprefix("http://127.0.0.1:8000") for address in addresses(client, "/sitemap.xml")]
        listed = [address.rpartition("/")[2] for path in files for address in addresses(client, path)]
        records = [record for record in listed if re.fullmatch("[0-9a-f]{32}", record)]
        assert sorted(records) == [samples.record_id(number) for number in (1, 2, 5)]

    def test_has_no_file_of_entries_that_are_not_there(self, client):
        for number in (999_999, 2**63, 10**30):
            assert client.get(f"/sitemap-{number}.xml").status_code == 404

    def test_names_pages_that_are_there(self, client):
        for address in addresses(client, "/sitemap-pages.xml"):
            assert get(client, address.removeprefix("http://127.0.0.1:8000")).status_code == 200

    def test_is_named_by_robots(self, client):
        assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in get(client, "/robots.txt").text


NOINDEX = '<meta name="robots" content="noindex">'


class TestIndexing:
    def test_of_a_page_with_a_natural_person_is_forbidden(self, client):
        assert NOINDEX in get(client, f"/records/{samples.record_id(4)}").text
        assert NOINDEX in get(client, "/records").text
        assert NOINDEX in get(client, "/sectors/procurement").text

    def test_of_a_page_of_a_firm_is_not(self, client):
        assert NOINDEX not in get(client, f"/records/{samples.record_id(1)}").text
        assert NOINDEX not in get(client, "/sectors/property").text

    @pytest.mark.parametrize("path", ["/records.atom", "/records.csv"])
    def test_of_a_file_is_forbidden(self, client, path):
        assert get(client, path).headers["X-Robots-Tag"] == "noindex"


class TestStatistics:
    def test_has_a_table_for_each_chart_with_the_same_numbers(self, client):
        page = get(client, "/statistics").text
        charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
        tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
        assert len(charts) == len(tables) == 5
        for chart, table in zip(charts, tables, strict=True):
            drawn = re.findall(r"<rect[^>]*></rect><text[^>]*>(\d+)</text>", chart)
            assert drawn == re.findall(r"<td>(\d+)</td></tr>", table)
            assert len(drawn) == chart.count("<rect")

    def test_counts_what_is_shown(self, client):
        page = get(client, "/statistics").text
        counts = dict(re.findall(r"<td>(?:<a[^>]*>)?([^<]+)(?:</a>)?</td><td>(\d+)</td>", page))
        assert counts["行政处罚"] == "3"
        assert counts["严重失信主体名单"] == "1"
        assert counts["2026-08"] == "1"
        assert counts["2026-10"] == "3"
        assert counts["2026-09"] == "0"
