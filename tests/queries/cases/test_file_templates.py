"""Whatever a template offers is taken when the template is filed, without a finding."""

import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest

from registry import runtime
from registry.domain.cases.adopted_listing import ListState, list_names
from registry.domain.filing.templates import CHOICES_SHEET, NOTES_SHEET, TABLE_SHEET
from registry.domain.labels import ROLES
from registry.queries.cases import file_templates
from registry.queries.law import reference_data
from registry.refusals.procedure import SchemeUnknown
from registry.services.cases import penalty_import
from registry.tabular import list_files, read_table
from registry.tabular.filings import read_filings
from registry.tabular.parties import read_parties
from tests.support.filings import PERSON_NUMBER
from tests.support.people import AUTHORITY
from tests.tabular.filling import choices_of, examples_of, fill
from tools.synthetic import uscc

ON = dt.date(2026, 11, 28)
KIND, CODE, ID_TYPE, ID_NUMBER = (
    "行政相对人类别",
    "行政相对人代码_1(统一社会信用代码)",
    "证件类型(自然人)",
    "证件号码(自然人)",
)
NUMBERS = {"居民身份证": PERSON_NUMBER}


@pytest.fixture
def clerk(people):
    """Who files, in one department."""
    return people["clerk"].actor


def penalty_rows(template):
    """A row for every choice of every list, otherwise like the example."""
    example = examples_of(template)
    for heading, offered in choices_of(template).items():
        for choice in offered:
            row = example | {heading: choice}
            if heading == "处罚类别" and choice != "罚款":
                row |= {"罚款金额(万元)": "", "处罚内容": f"给予{choice}的处罚。"}
                row |= {"没收违法所得、没收非法财物的金额(万元)": "1"} if "没收" in choice else {}
                row |= {"暂扣或吊销证照名称及编号": "示许〔2020〕1号"}
            if choice == "个体工商户":
                row |= {CODE: uscc("92320902", 700_001)}
            if choice == "自然人" or heading == ID_TYPE:
                row |= {KIND: "自然人", CODE: "", "行政相对人名称": "示例甲", ID_TYPE: "居民身份证"}
                row |= {ID_TYPE: choice} if heading == ID_TYPE else {}
                row |= {ID_NUMBER: NUMBERS.get(row[ID_TYPE], "H01234567")}
            yield row


def read_penalties(data, clerk):
    """The rows of a filled template, as they are filed."""
    with runtime.reading() as session:
        reference = reference_data.current(session)
    rules = penalty_import.filing_rules_for(reference, clerk, penalty_import.Options())
    file = read_filings(data, "a.xlsx", rules, ON)
    assert file.notes == ()
    return list(file.rows)


def penalty_template(actor):
    """The template that an actor gets."""
    with runtime.reading() as session:
        return file_templates.penalty_template(session, actor)


class TestPenaltyTemplate:
    def test_filled_in_with_any_choice_is_taken_without_a_finding(self, clerk):
        template = penalty_template(clerk)
        rows = list(penalty_rows(template))
        read = read_penalties(fill(template, rows), clerk)
        assert len(read) == len(rows) > 50
        wrong = [(rows[n][KIND], row.faults, row.notes) for n, row in enumerate(read) if row.faults or row.notes]
        assert wrong == []

    def test_offers_what_the_department_may_file(self, clerk):
        limited = replace(clerk, sectors=frozenset({"housing"}), districts=frozenset({"320902"}))
        offered = choices_of(penalty_template(limited))
        assert offered["领域"] == ["住房保障领域"]
        assert offered["地方编码"] == ["亭湖区"]
        assert offered["处罚机关"] == [AUTHORITY[0]] == offered["数据来源单位"]
        assert offered["处罚机关统一社会信用代码"] == [AUTHORITY[1]]
        assert len(choices_of(penalty_template(None))["领域"]) == 7

    def test_as_it_is_has_no_row(self, clerk):
        template = penalty_template(clerk)
        assert list(read_table(template).rows) == []
        book = openpyxl.load_workbook(io.BytesIO(template))
        assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
            (TABLE_SHEET, "visible"),
            (NOTES_SHEET, "visible"),
            (CHOICES_SHEET, "hidden"),
        ]
        spans = list(book[TABLE_SHEET].column_dimensions.values())
        assert {span.number_format for span in spans} == {"@"}
        assert sum(span.max - span.min + 1 for span in spans) == book[TABLE_SHEET].max_column


class TestBidderTemplate:
    def test_filled_in_with_any_choice_is_taken(self, app):
        with runtime.reading() as session:
            template = file_templates.bidder_template(session)
        example = {name: text for name, text in examples_of(template).items() if name != "序号"}
        rows = [
            example | {heading: choice} | ({"证件号码": "H01234567"} if heading == "证件类型" else {})
            for heading, offered in choices_of(template).items()
            for choice in offered
        ]
        file = read_parties(fill(template, rows), "a.xlsx")
        read = file.rows
        assert file.notes == ()
        assert len(read) == len(rows)
        assert [row.faults for row in read if row.faults] == []
        assert {row.cells["role"] for row in read} == set(ROLES)


class TestListTemplate:
    def test_filled_in_with_any_choice_is_taken_without_a_finding(self, app):
        with runtime.reading() as session:
            reference = reference_data.current(session)
            for scheme in reference.schemes(ON):
                template = file_templates.list_template(session, scheme.code, ON)
                rows = []
                for heading, offered in choices_of(template).items():
                    for choice in offered:
                        row = examples_of(template) | {heading: choice}
                        if choice == "个体工商户":
                            row |= {"统一社会信用代码": uscc("92320902", 700_001)}
                        if choice == "自然人" or heading == "证件类型":
                            row |= {"主体类别": "自然人", "统一社会信用代码": "", "主体名称": "示例甲"}
                            row |= {"证件类型": choice if heading == "证件类型" else "居民身份证"}
                            row |= {"证件号码": NUMBERS.get(row["证件类型"], "H01234567")}
                        rows.append(row)
                state = ListState(scheme, list_names(reference, scheme.code), ON, ON)
                file = list_files.read_list(fill(template, rows), "a.xlsx", state, reference.filing_rules)
                read = list(file.rows)
                assert (len(read), file.left_out) == (len(rows), [])
                assert [(row.faults, row.notes) for row in read if row.faults or row.notes] == []

    def test_of_an_unknown_list_is_refused(self, app):
        with runtime.reading() as session, pytest.raises(SchemeUnknown):
            file_templates.list_template(session, "shipping", ON)
