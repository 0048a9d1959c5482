"""registry check --pdf, receipt, replay, verify and keys, as they are typed."""

import json
from datetime import date

import pytest
from pypdf import PdfReader

from registry import runtime
from registry.domain.checks import receipts
from registry.domain.checks.receipts import split_receipt
from registry.domain.publication import keyring
from tests.services.checks.test_replay import change_look_back
from tests.support.desk import bidder, seal, stranger
from tests.support.filings import BanFactory, BannedPersonFactory, days_ago, filing

ASKED = ("--sector", "procurement", "--as", "centre")
COLUMNS = ("ref", "role", "name", "uscc", "id_type", "id_number", "of")


@pytest.fixture
def files(desk, typed, tmp_path):
    """A ban, a list of bidders and the receipt of its check; the names of the files."""
    ban = BanFactory()
    desk.published(ban)
    desk.published(BannedPersonFactory())
    seal()
    expert = {"name": "卞子墨", "id_type": "111", "id_number": "320981199912310005", "of": "1"}
    rows = [bidder(ban), stranger(), expert | {"role": "evaluation_expert"}]
    full = [{"ref": str(place), "role": "bidder"} | row for place, row in enumerate(rows, start=1)]
    lines = [",".join(COLUMNS), *(",".join(row.get(name, "") for name in COLUMNS) for row in full)]
    (tmp_path / "bidders.csv").write_text("\n".join(lines), encoding="utf-8")
    code, said = typed("check", tmp_path / "bidders.csv", *ASKED, "--out", tmp_path / "receipt.json")
    assert code == 0, said
    assert typed("keys", "--out", tmp_path / "keys.json")[0] == 0
    return tmp_path


class TestCheck:
    def test_prints_as_well(self, files, typed):
        out, printed = files / "second.json", files / "second.pdf"
        assert typed("check", files / "bidders.csv", *ASKED, "--out", out, "--pdf", printed)[0] == 0
        [[inside]] = PdfReader(printed).attachments.values()
        assert inside == out.read_bytes()
        assert typed("receipt", "pdf", out, files / "again.pdf")[0] == 0
        assert (files / "again.pdf").read_bytes() == printed.read_bytes()

    def test_needs_a_folder_for_the_print(self, files, typed):
        assert typed("check", files / "bidders.csv", *ASKED, "--pdf", files / "absent" / "receipt.pdf")[0] == 2


class TestReceipt:
    def test_gives_one_line_that_is_proven_alone(self, files, typed):
        out = files / "line.json"
        assert typed("receipt", "line", files / "receipt.json", "--ref", "2", "--out", out)[0] == 0
        assert [line["ref"] for line in split_receipt(out.read_bytes())[0]["lines"]] == ["2"]
        code, said = typed("verify", out, "--keys", files / "keys.json")
        assert (code, "只出示 3 方中的一方" in said) == (0, True)
        assert typed("receipt", "line", files / "receipt.json", "--ref", "9", "--out", out)[0] == 1

    @pytest.mark.parametrize("words", [("line", "--ref", "1", "--out"), ("pdf",), ("cover", "--out")])
    def test_that_is_not_genuine_is_refused(self, files, typed, words):
        wrong = files / "wrong.json"
        wrong.write_bytes((files / "receipt.json").read_bytes().replace(b"barred", b"review"))
        code, said = typed("receipt", words[0], wrong, *words[1:], files / "out")
        assert (code, "receipt-refused" in said, (files / "out").exists()) == (1, True, False)

    def test_of_a_revoked_key_is_proven_with_its_cover(self, files, typed):
        kid = runtime.keys().signer.key_id
        assert typed("keys", "rotate")[0] == 0
        assert typed("keys", "revoke", kid, "--reason", "密钥失窃")[0] == 0
        assert typed("keys", "--out", files / "keys.json")[0] == 0
        asked = ("verify", files / "receipt.json", "--keys", files / "keys.json")
        code, said = typed(*asked)
        assert (code, "已被撤销" in said) == (1, True)
        assert typed("receipt", "cover", files / "receipt.json", "--out", files / "cover.json")[0] == 0
        code, said = typed(*asked, "--cover", files / "cover.json")
        assert (code, "revoked: proven only as far as entry 2" in said) == (0, True)
        assert typed("replay", "--check", files / "receipt.json")[0] == 0


class TestKeys:
    def test_of_the_exchange_are_shown_and_rotated_apart(self, app, typed):
        before = runtime.keys()
        assert typed("keys", "--exchange") == (0, before.exchange.public.hex() + "\n")
        code, said = typed("keys", "rotate", "--exchange")
        assert code == 0
        assert runtime.keys().exchange.public.hex() in said
        assert runtime.keys().exchange.public != before.exchange.public
        assert runtime.keys().signer.public == before.signer.public

    def test_in_use_are_not_revoked(self, app, typed):
        code, said = typed("keys", "revoke", runtime.keys().signer.key_id, "--reason", "x")
        assert (code, "key-current" in said) == (1, True)

    def test_that_are_trusted_must_be_there(self, files, typed):
        kid = runtime.keys().signer.key_id
        assert typed("keys", "rotate")[0] == 0
        assert typed("keys", "--out", files / "new.json")[0] == 0
        asked = ("verify", files / "receipt.json", "--keys", files / "new.json", "--trust")
        assert typed(*asked, kid)[0] == 0
        assert typed(*asked, "0" * 16)[0] == 1


class TestReplay:
    def test_of_a_receipt_is_equal_and_says_who_was_left_out(self, files, desk, typed, tmp_path):
        desk.published(filing())
        (tmp_path / "law").mkdir()
        change_look_back(tmp_path / "law", 12)
        code, said = typed("replay", "--at", "2", "--check", files / "receipt.json", "--out", files / "answer.json")
        assert code == 0, said
        assert "相同 equal" in said
        assert "未重放：3" in said
        assert "由 2 条记录的检查点签名覆盖" in said
        answer = json.loads((files / "answer.json").read_bytes())
        assert [line["verdict"] for line in answer[:2]] == ["barred", "no_record"]
        assert not any("salt" in line for line in answer)

    def test_of_the_list_is_equal_for_every_party(self, files, typed):
        asked = ("replay", "--check", files / "bidders.csv", "--sector", "procurement")
        code, said = typed(*asked, "--against", files / "receipt.json")
        assert (code, "相同 equal" in said, "未重放" in said) == (0, True, False)
        asked = ("replay", "--check", files / "bidders.csv", "--sector", "mining")
        code, said = typed(*asked, "--against", files / "receipt.json")
        assert (code, "differs: 1" in said) == (1, True)

    def test_of_a_list_alone_answers_at_any_entry_and_day(self, files, typed):
        asked = ("replay", "--check", files / "bidders.csv", "--sector", "procurement")
        assert "1\tbarred" in typed(*asked, "--at", "2")[1]
        assert "1\tno_record" in typed(*asked, "--at", "0")[1]
        assert "1\tno_record" in typed(*asked, "--at", "2", "--on", days_ago(400))[1]
        code, said = typed(*asked, "--at", "9")
        assert (code, "entry-ahead" in said) == (1, True)

    @pytest.mark.parametrize(
        "words",
        [
            ("--check", "bidders.csv", "--sector", "procurement"),
            ("--check", "bidders.csv", "--at", "1"),
            ("--check", "receipt.json", "--at", "1"),
            ("--check", "receipt.json", "--on", "2026-01-01"),
            ("--check", "receipt.json", "--against", "receipt.json"),
        ],
    )
    def test_needs_a_whole_question(self, files, typed, words):
        given = [files / word if "." in word else word for word in words]
        assert typed("replay", *given)[0] == 2

    def test_of_another_ledger_is_a_contradiction(self, files, desk, typed):
        """The receipt states a root that this ledger never had: rewritten since, with everything recomputed."""
        statement = split_receipt((files / "receipt.json").read_bytes())[0] | {"root": "00" * 32}
        signer = runtime.keys().signer
        (files / "other.json").write_bytes(receipts.build(statement, signer.sign, signer.key_id))
        code, said = typed("replay", "--check", files / "other.json")
        assert (code, "矛盾 differs: 回执所载根哈希" in said) == (1, True)

    def test_that_says_otherwise_is_a_contradiction(self, files, typed):
        held = split_receipt((files / "receipt.json").read_bytes())[0]
        lines = [{name: value for name, value in line.items() if name != "salt"} for line in held["lines"]]
        lines[0] |= {"verdict": "no_record", "reasons": []}
        said = receipts.statement(_facts(held), lines, bytes(32)) | {"tender": held["tender"]}
        signer = runtime.keys().signer
        (files / "other.json").write_bytes(receipts.build(said, signer.sign, signer.key_id))
        code, told = typed("replay", "--check", files / "other.json")
        assert (code, "矛盾 differs: 1" in told, "differs: 2" in told) == (1, True, False)


def _facts(held):
    names = (
        "check",
        "issuer",
        "entry",
        "requester",
        "complete",
        "matcher",
        "rules",
        "law",
        "sector",
        "must_tender",
    )
    return receipts.Facts(
        **{name: held[name] for name in names},
        instant=keyring.read_instant(held["instant"]),
        on=date.fromisoformat(held["on"]),
        root=bytes.fromhex(held["root"]),
        tender=None,
        stale=tuple(held["stale"]),
    )
