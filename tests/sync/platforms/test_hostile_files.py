"""What a hostile platform may put into the folder: refused or quarantined with a reason; nothing else stops."""

import csv
import hashlib
import io
import json
import os
import time
import zipfile

import pytest
import xlsxwriter

from tests.sync.bodies import body
from tests.sync.planting import published
from tests.sync.platforms.rows import decided, row


class TestHostileFolder:
    def test_waits_for_the_mark(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        (folder / "to-city" / "batch-00000001.done").unlink()
        assert files.run().received == 0
        assert partner.settle() == {"outcomes": {}}

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"records": 2}, "batch-digest"),
            ({"digest": "0" * 64}, "batch-digest"),
            ({"sequence": 2}, "batch-malformed"),
            ({"from": "somebody"}, "batch-malformed"),
            ({"kind": "all"}, "batch-malformed"),
            ({"more": 1}, "batch-malformed"),
        ],
    )
    def test_refuses_a_manifest_that_lies(self, files, partner, folder, changed, code):
        partner.send("cf-2018", [row(decided(1))])
        path = folder / "to-city" / "batch-00000001.manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changed))
        files.run()
        assert files.penalties() == []
        assert partner.settle() == {"outcomes": {f"refused:{code}": 1}}

    @pytest.mark.parametrize(
        "name", ["../to-city/batch-00000001-cf-2018.csv", "/etc/passwd", "batch-00000001-cf-2018.exe", "batch.csv"]
    )
    def test_refuses_a_name_that_leads_elsewhere(self, files, partner, folder, name):
        partner.send("cf-2018", [row(decided(1))])
        path = folder / "to-city" / "batch-00000001.manifest.json"
        manifest = json.loads(path.read_text())
        manifest["files"][0]["name"] = name
        path.write_text(json.dumps(manifest))
        files.run()
        assert partner.settle() == {"outcomes": {"refused:batch-malformed": 1}}

    def test_follows_no_link_and_waits_for_no_pipe(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        partner.send("cf-2018", [row(decided(2))])
        first, second = (folder / "to-city" / f"batch-0000000{n}-cf-2018.csv" for n in (1, 2))
        first.rename(folder / "elsewhere.csv")
        first.symlink_to(folder / "elsewhere.csv")
        second.unlink()
        os.mkfifo(second)
        files.run()
        assert partner.settle() == {"outcomes": {"refused:batch-malformed": 2}}

    def replace_file(self, folder, data, name="batch-00000001-cf-2018.csv"):
        path = folder / "to-city" / "batch-00000001.manifest.json"
        manifest = json.loads(path.read_text())
        manifest["files"][0] |= {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
        path.write_text(json.dumps(manifest))
        (folder / "to-city" / name).write_bytes(data)

    def test_refuses_a_file_that_was_changed(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        path = folder / "to-city" / "batch-00000001-cf-2018.csv"
        path.write_bytes(path.read_bytes().replace("壹万".encode(), "贰万".encode()))
        files.run()
        assert partner.settle() == {"outcomes": {"refused:batch-digest": 1}}

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("csv", "SOURCE_RECORD_ID,M_VERSION\n盐城,1\n".encode("gb18030"), "file-encoding"),
            ("csv", b'a,b\n"open,1\n', "file-unreadable"),
            ("csv", b"a,b\n1,2,3\n", "file-shape"),
            ("csv", b"a,a\n1,2\n", "file-shape"),
            ("xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><rows><row><A>&a;</A></row></rows>", "xml-doctype"),
            ("xml", b"<rows><row><A>1</A>", "file-unreadable"),
            ("xlsx", b"no workbook", "file-format"),
            ("xlsx", b"PK\x03\x04cut off", "file-unreadable"),
        ],
    )
    def test_refuses_a_file_that_is_none(self, files, partner, folder, name, data, code):
        partner.send("cf-2018", [row(decided(1))])
        self.replace_file(folder, data, f"batch-00000001-cf-2018.{name}")
        files.run()
        assert partner.settle() == {"outcomes": {f"refused:{code}": 1}}

    def test_refuses_a_missing_file_and_takes_the_next_batch(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        partner.send("cf-2018", [row(decided(2))])
        (folder / "to-city" / "batch-00000001-cf-2018.csv").unlink()
        files.run()
        assert partner.settle() == {"outcomes": {"refused:file-missing": 1, "accepted": 1}}

    def test_quarantines_a_row_whose_hash_is_wrong(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        path = folder / "to-city" / "batch-00000001-cf-2018.csv"
        self.replace_file(folder, path.read_bytes().replace("壹万".encode(), "贰万".encode()))
        files.run()
        assert partner.settle() == {"outcomes": {"rejected:hash-wrong": 1}}

    def test_quarantines_rows_with_undefined_and_words_for_days_and_takes_the_others(self, files, partner):
        dirt = [{"CF_XDR_MC": "undefined"}, {"CF_XDR_SHXYM": "undefined"}, {"CF_JDRQ": "无处罚期限"}, {}]
        partner.send("cf-2018", [row(decided(number), **changed) for number, changed in enumerate(dirt, 1)])
        files.run()
        assert [item.code for item in files.items("quarantined")] == ["required", "required", "date-malformed"]
        assert len(files.penalties()) == 1

    def test_quarantines_a_row_with_an_invisible_character(self, files, partner):
        partner.send("cf-2018", [row(decided(1), CF_XDR_MC="盐城\u202e虚构有限公司")])
        files.run()
        [item] = files.items("quarantined")
        assert item.state == "quarantined"

    def test_refuses_a_manifest_that_is_cut_off(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        path = folder / "to-city" / "batch-00000001.manifest.json"
        path.write_bytes(path.read_bytes()[:-9])
        files.run()
        assert partner.settle() == {"outcomes": {"refused:batch-malformed": 1}}

    def test_leaves_a_receipt_that_is_cut_off_or_an_error_page(self, app, files, partner, folder):
        published(app, body())
        files.run()
        partner.take()
        path = folder / "to-city" / "receipt-00000001.json"
        whole = path.read_bytes()
        for raw in (whole[:-9], b"<html>502 Bad Gateway</html>", b"", b"[" * 100_000):
            path.write_bytes(raw)
            assert files.run().failed is None
            assert [message.state for message in files.messages()] == ["sent"]
        path.write_bytes(whole)
        files.run()
        assert [message.state for message in files.messages()] == ["delivered"]

    def test_refuses_a_workbook_that_unpacks_without_end(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/workbook.xml", b" " * 200_000_000)
        self.replace_file(folder, packed.getvalue(), "batch-00000001-cf-2018.xlsx")
        started = time.monotonic()
        files.run()
        assert time.monotonic() - started < 10
        [code] = partner.settle()["outcomes"]
        assert code.startswith("refused:file-")

    def test_quarantines_a_formula_cell(self, files, partner, folder):
        partner.send("cf-2018", [row(decided(1))])
        path = folder / "to-city" / "batch-00000001-cf-2018.csv"
        [first] = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        data = io.BytesIO()
        with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for place, (heading, text) in enumerate(first.items()):
                sheet.write_string(0, place, heading)
                if heading == "CF_NR":
                    sheet.write_formula(1, place, '="罚"&"款"', value="罚款")
                elif text:
                    sheet.write_string(1, place, text)
        self.replace_file(folder, data.getvalue(), "batch-00000001-cf-2018.xlsx")
        files.run()
        assert [item.code for item in files.items("quarantined")] == ["formula-cell"]
