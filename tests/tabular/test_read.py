"""Files as tables: what each format gives, and what any of them may not hold."""

import datetime as dt
import json

import pytest

from registry import tabular
from registry.errors import Refusal
from registry.refusals.content import (
    DuplicateColumn,
    FileEncoding,
    FileFormat,
    FileShape,
    FileTooLarge,
    FileUnreadable,
    NoHeader,
    TooManyRows,
    XmlDoctype,
)
from registry.tabular import Sheet
from registry.tabular.sheet import MAX_BYTES
from tests.tabular.workbooks import workbook


def values(sheet: Sheet) -> list[dict[str, str]]:
    return [row.cells for row in sheet.rows]


def codes(sheet: Sheet) -> list[str]:
    return [f"{row.number}{fault.pointer} {fault.code}" for row in sheet.rows for fault in row.faults]


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_is_read_in_each_encoding_and_delimiter(self, encoding: str, delimiter: str) -> None:
        text = f'名称{delimiter}备注\r\n盐城公司{delimiter}"甲{delimiter}乙\n""丙"""\r\n'
        sheet = tabular.read_table(text.encode(encoding))
        assert values(sheet) == [{"名称": "盐城公司", "备注": f'甲{delimiter}乙\n"丙"'}]
        assert sheet.encoding == encoding.removesuffix("-sig")

    def test_a_blank_before_a_quote_and_a_mark_in_gb18030_change_nothing(self) -> None:
        text = '\ufeff名称, "备注"\r\n"盐城公司", "甲, 乙"\r\n'
        for encoding in ("utf-8", "gb18030"):
            assert values(tabular.read_table(text.encode(encoding))) == [{"名称": "盐城公司", "备注": "甲, 乙"}]

    def test_a_guard_before_any_text_is_taken_off(self) -> None:
        [row] = values(tabular.read_table("名称,备注\n'盐城公司,'甲'\n".encode()))
        assert row == {"名称": "盐城公司", "备注": "'甲'"}

    def test_rows_keep_their_place_over_empty_lines(self) -> None:
        assert [row.number for row in tabular.read_table(b"a,b\n\n1,2\n,\n3,4\n").rows] == [3, 5]

    def test_a_short_row_ends_early(self) -> None:
        assert values(tabular.read_table(b"a,b\n1\n")) == [{"a": "1"}]

    def test_a_cell_under_no_heading_is_a_fault(self) -> None:
        assert codes(tabular.read_table(b"a,b\n1,2,3\n4,5,\n")) == ["2/ cell-without-column"]

    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (b"", NoHeader),
            (b" \n,,\n", NoHeader),
            (b"a,a\n1,2\n", DuplicateColumn),
            (b'a,b\n1,"2\n', FileUnreadable),
            (b"a,b\n1,\x00\n", FileEncoding),
            ("a,b\n".encode("utf-16")[:-1], FileEncoding),
            ("a,b\n".encode("utf-32"), FileEncoding),
            (b"a,b\n\xff\xff,1\n", FileEncoding),
            (b",".join(b"c%d" % n for n in range(65)), FileShape),
            (b"a\n" + b"1\n" * 100_001, TooManyRows),
            (b"a" * (MAX_BYTES + 1), FileTooLarge),
        ],
    )
    def test_is_refused_whole(self, data: bytes, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            tabular.read_table(data)

    def test_unseen_characters_and_overlong_cells_are_faults(self) -> None:
        sheet = tabular.read_table(("a,b\n甲\u202e乙,1\nx," + "长" * 32_768 + "\n").encode())
        assert codes(sheet) == ["2/a forbidden-character", "3/b cell-too-long"]


class TestJson:
    def test_is_an_array_of_objects_bare_or_under_rows(self) -> None:
        rows = [{"a": "1", "b": None}, {"c": "[x]{y}"}]
        for content in (rows, {"rows": rows}):
            sheet = tabular.read_table(json.dumps(content).encode())
            assert (sheet.columns, values(sheet)) == (("a", "b", "c"), [{"a": "1"}, {"c": "[x]{y}"}])

    def test_numbers_keep_their_text(self) -> None:
        assert values(tabular.read_table(b'[{"a": 0.100000, "b": 20261105}]')) == [{"a": "0.100000", "b": "20261105"}]

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("320902199001011234", "number-not-text"),
            ("1" * 5000, "number-not-text"),
            ("true", "cell-type"),
            ('{"x": 1}', "cell-type"),
            ('"\\ud800"', "forbidden-character"),
        ],
    )
    def test_a_cell_that_is_no_text_is_a_fault(self, cell: str, code: str) -> None:
        assert codes(tabular.read_table(f'[{{"a": {cell}}}]'.encode()))[0] == f"1/a {code}"

    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (b'[{"a": NaN}]', FileUnreadable),
            (b'[{"a": -Infinity}]', FileUnreadable),
            (b'[{"a": "1"', FileUnreadable),
            (b'[{"a": "1", "a": "2"}]', FileShape),
            (b'[{"a": ["1"]}]', FileShape),
            (b"[1, 2]", FileShape),
            (b'{"a": "1"}', FileShape),
            (b"[]", NoHeader),
            (b"[" * 1_000_000, FileShape),
            (b'[{"a":' + b'{"a":' * 90_000, FileUnreadable),
            (b"[" + b"{}," * 200_000 + b"{}]", TooManyRows),
        ],
    )
    def test_is_refused_whole(self, data: bytes, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            tabular.read_table(data)


class TestXml:
    @pytest.mark.parametrize("wrapped", ["{}", "<DATA>{}</DATA>"])
    def test_is_a_list_of_equal_elements(self, wrapped: str) -> None:
        body = wrapped.format("<ROWS><ROW><a>1</a><b/></ROW><ROW><a>甲&amp;</a></ROW></ROWS>")
        assert values(tabular.read_table(body.encode())) == [{"a": "1"}, {"a": "甲&"}]

    def test_is_decoded_as_it_declares(self) -> None:
        data = '<?xml version="1.0" encoding="GBK"?><R><W><a>盐城</a></W></R>'.encode("gb18030")
        sheet = tabular.read_table(data)
        assert (values(sheet), sheet.encoding) == ([{"a": "盐城"}], "gb18030")

    def test_a_field_given_twice_is_a_fault(self) -> None:
        assert codes(tabular.read_table(b"<R><W><a>1</a><a>2</a></W></R>")) == ["1/a field-twice"]

    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><w><a>&x;</a></w></r>', XmlDoctype),
            (b'<?xml version="1.0"?>\n<!DOCTYPE r><r><w><a>1</a></w></r>', XmlDoctype),
            (b"<r><w><a>&x;</a></w></r>", FileUnreadable),
            (b"<r><w><a>1</a>", FileUnreadable),
            (b"<r><w><a>1</a>text</w></r>", FileShape),
            (b'<r><w id="1"><a>1</a></w></r>', FileShape),
            (b"<r><w><a><b>1</b></a></w><w><a>1</a></w></r>", FileShape),
            (b"<r><w><a>1</a></w><v><a>1</a></v></r>", FileShape),
            (b"<r/>", NoHeader),
            (b'<?xml version="1.0" encoding="UTF-7"?><r/>', FileEncoding),
            (b"<r>" + b"<w/>" * 3_000_001 + b"</r>", FileTooLarge),
            (b"<r>" * 100_000, FileUnreadable),
        ],
    )
    def test_is_refused_whole(self, data: bytes, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            tabular.read_table(data)


class TestWorkbook:
    def test_values_become_the_text_a_person_sees(self) -> None:
        rows: list[list[object]] = [
            ["a", "b", "c", "d"],
            [20, 0.2, dt.date(2026, 11, 5), "x"],
            [],
            [dt.datetime.fromisoformat("2026-01-02 03:04"), True],
        ]
        sheet = tabular.read_table(workbook(rows), "mislabelled.csv")
        assert values(sheet) == [
            {"a": "20", "b": "0.2", "c": "2026-11-05", "d": "x"},
            {"a": "2026-01-02 03:04:00", "b": "TRUE"},
        ]
        assert [row.number for row in sheet.rows] == [2, 4]

    def test_a_formula_a_lost_digit_and_an_error_are_faults_of_their_rows(self) -> None:
        rows: list[list[object]] = [["a", "b"], ["=1+1", "x"], [913209020000000001, "x"], ["good", "x"]]
        assert codes(tabular.read_table(workbook(rows))) == ["2/a formula-cell", "3/a number-not-text"]

    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, FileUnreadable),
            (b"%PDF-1.7 ...", FileFormat),
            (b"PK\x03\x04 and nothing more", FileUnreadable),
            (workbook([["a"], ["b"]])[:-40], FileUnreadable),
            (workbook([]), NoHeader),
        ],
    )
    def test_is_refused_whole(self, data: bytes, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            tabular.read_table(data)
