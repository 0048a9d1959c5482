"""The printed receipt, read back: its text, its attachment, its code, its bytes."""

import hashlib
import io
import re
import sys
from dataclasses import replace

import pytest
import segno
from pypdf import PdfReader

from registry.domain.checks import receipts
from registry.printing import page, receipt_pdf
from registry.refusals.content import PdfUnavailable
from tests.domain.checks.test_receipts import BARRED, FACTS, THREE, made, receipt
from tests.support.printed import text_of

BASE = "https://registry.example/"
WHOLE = receipt(made(lines=THREE))


@pytest.fixture(scope="module")
def printed():
    return receipt_pdf.render(WHOLE, BASE)


class TestRender:
    def test_says_in_chinese_what_the_receipt_says(self, printed):
        text = text_of(printed)
        for said in (
            "授标前核查回执",
            "本身不是证据",
            "盐城虚构建设有限公司91320902MA0TR0027T",
            "【有限制措施】",
            "【当时未查到】",
            "在第48211号记录时，有限制措施对本次交易生效",
            "依据政府采购法77",
            "证件号码尾号0011",
            "领域procurement",
            "距最近一次更新1天",
            "不证明：第48211号记录之后的情形",
            hashlib.sha256(WHOLE).hexdigest(),
        ):
            assert said in text

    @pytest.mark.parametrize("verdict", receipts.VERDICTS)
    def test_never_calls_anybody_clean(self, verdict):
        text = text_of(receipt_pdf.render(receipt(made(lines=[BARRED | {"verdict": verdict, "reasons": []}])), BASE))
        assert not re.search("清白|无违法|无失信|信用良好|合格|clean", text)
        assert receipt_pdf.SHORT[verdict] in text

    def test_says_the_same_facts_in_english(self):
        data = receipt_pdf.render(WHOLE, BASE, language="en")
        text = text_of(data)
        for said in (
            "Receiptofacheckbeforeaward",
            "isnoproof",
            "盐城虚构建设有限公司91320902MA0TR0027T",
            "[restricted]",
            "[nothingfoundthen]",
            "Asofentry48211,restrictionsapplytothistransaction",
            "identitynumberendingin0011",
            "Notproven:anythingafterentry48211",
            hashlib.sha256(WHOLE).hexdigest(),
        ):
            assert said in text
        reader = PdfReader(io.BytesIO(data))
        assert reader.attachments == {f"receipt-{FACTS.check}.json": [WHOLE]}
        lines = reader.pages[0].extract_text().replace("\0", "").split()
        assert " ".join(lines).count("the proof is the JSON receipt attached to it.") == 1  # no line breaks in a word

    def test_embeds_its_font(self, printed):
        [page] = PdfReader(io.BytesIO(printed)).pages
        [font] = page["/Resources"]["/Font"].values()
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)

    def test_carries_the_receipt_byte_for_byte(self, printed):
        assert PdfReader(io.BytesIO(printed)).attachments == {f"receipt-{FACTS.check}.json": [WHOLE]}

    def test_is_the_same_again(self, printed):
        assert receipt_pdf.render(WHOLE, BASE) == printed

    def test_shows_of_an_excerpt_one_party(self):
        text = text_of(receipt_pdf.render(receipts.excerpt(WHOLE, "1a"), BASE))
        assert "只出示3方中的一方" in text
        assert "张某" in text
        assert "盐城虚构建设有限公司" not in text

    def test_tells_what_changed_since_the_look_before(self):
        line = BARRED | {"changed": {"was": "no_record", "records": []}}
        previous = {"check": "c-0", "entry": 48000}
        text = text_of(receipt_pdf.render(receipt(made(replace(FACTS, previous=previous), [line])), BASE))
        assert "承接同一项目的前次核查c-0" in text
        assert "由no_record变为barred" in text

    def test_numbers_its_pages(self):
        data = receipt_pdf.render(receipt(made(lines=THREE * 20)), BASE)
        count = len(PdfReader(io.BytesIO(data)).pages)
        assert count > 2
        assert all(f"第{page}页，共{count}页" in text_of(data) for page in range(1, count + 1))

    def test_spells_out_what_would_turn_a_name_around(self):
        text = text_of(receipt_pdf.render(receipt(made(lines=[BARRED | {"name": "盐城\u202e虚构\n公司"}])), BASE))
        assert "盐城\\u202e虚构\\u000a公司" in text


class TestAddress:
    def test_is_the_verification_page_and_the_digest_alone(self):
        assert receipt_pdf.address(WHOLE, BASE) == (
            f"https://registry.example/verify?digest={hashlib.sha256(WHOLE).hexdigest()}"
        )

    def test_is_what_the_code_draws(self, printed):
        """Every dark module of the code is drawn where a reader looks for it, and no other."""
        rows = segno.make(receipt_pdf.address(WHOLE, BASE), error="m", micro=False).matrix
        [page] = PdfReader(io.BytesIO(printed)).pages
        drawn = re.findall(r"([\d.]+) ([\d.]+) [\d.]+ -[\d.]+ re f", page.get_contents().get_data().decode("latin-1"))
        assert len(drawn) == sum(map(sum, rows))
        left, top = min(float(x) for x, _ in drawn), max(float(y) for _, y in drawn)
        step = (max(float(x) for x, _ in drawn) - left) / (len(rows) - 1)
        places = {(round((top - float(y)) / step), round((float(x) - left) / step)) for x, y in drawn}
        assert places == {(down, across) for down, row in enumerate(rows) for across, dark in enumerate(row) if dark}


class TestUnavailable:
    def test_without_a_font(self, monkeypatch, tmp_path):
        monkeypatch.setattr(page, "PLACES", (str(tmp_path / "absent.ttc"),))
        with pytest.raises(PdfUnavailable):
            receipt_pdf.render(WHOLE, BASE)

    def test_with_a_file_that_is_no_font(self, tmp_path):
        (tmp_path / "font.ttf").write_bytes(b"no font")
        with pytest.raises(PdfUnavailable):
            receipt_pdf.render(WHOLE, BASE, str(tmp_path / "font.ttf"))

    @pytest.mark.parametrize("library", ["fpdf", "segno"])
    def test_without_a_library(self, monkeypatch, library):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(PdfUnavailable):
            receipt_pdf.render(WHOLE, BASE)
