"""Offline proofs: by files alone, under keys that were rotated and revoked, with one library and nothing else."""

import datetime as dt
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from registry.domain.checks import receipts
from registry.domain.publication import keyring, merkle, signed_notes
from registry.domain.publication.consistency_proof import Cover
from registry.domain.publication.keyring import Key, Keyring
from registry.keys.signing import Signer, verify
from registry.refusals.content import KeysMalformed, ReceiptRefused
from registry.verifier import main, prove, verify_files

OLD, NEW = Signer.generate(), Signer.generate()
LEAVES = [merkle.leaf_hash(b"%d" % place) for place in range(7)]
ENTRY, SIZE = 3, 7
ROTATED = "2026-12-01T00:00:00Z"
BEFORE, AFTER = dt.datetime(2026, 11, 22, tzinfo=dt.UTC), dt.datetime(2026, 12, 2, tzinfo=dt.UTC)
FACTS = receipts.Facts(
    check="c",
    issuer="demo",
    instant=BEFORE,
    on=dt.date(2026, 11, 22),
    entry=ENTRY,
    root=merkle.root(LEAVES[:ENTRY]),
    tender=None,
    requester="r",
    complete=True,
    stale=(),
    matcher="1",
    rules="1",
    law="ab" * 32,
    sector="procurement",
    must_tender=True,
)
LINES = [
    {"ref": "1", "role": "bidder", "name": "盐城虚构建设有限公司", "verdict": "no_record", "reasons": []},
    {"ref": "2", "role": "bidder", "name": "盐城臆造建设有限公司", "verdict": "no_record", "reasons": []},
]


def receipt(signer=OLD, **special):
    statement = receipts.statement(replace(FACTS, **special), LINES, bytes(32))
    return receipts.build(statement, signer.sign, signer.key_id)


def ring(*, rotated=False, revoked=False):
    first = Key(OLD.public)
    if revoked:
        first = replace(first, revoked_at="2026-12-05T00:00:00Z", revoked_because="密钥失窃")
    if not rotated:
        return Keyring("demo", (first,))
    endorsed = OLD.sign(keyring.succession("demo", OLD.public, NEW.public, ROTATED)).hex()
    return Keyring("demo", (first, Key(NEW.public, ROTATED, endorsed)))


def cover(signer=NEW, origin="demo", leaves=LEAVES, entry=ENTRY):
    text = signed_notes.checkpoint_text(origin, SIZE, merkle.root(leaves))
    path = merkle.consistency_proof(entry, SIZE, merkle.nodes_of(leaves))
    return Cover(signed_notes.sign_note(text, "demo", signer), tuple(path))


def told(data, held, shown=None):
    return "\n".join(prove(data, held, shown)["explanation"])


class TestRotation:
    def test_leaves_what_the_old_key_signed_in_its_time_proven(self):
        assert "现用密钥" in told(receipt(), ring())
        assert f"已于 {ROTATED} 停用" in told(receipt(), ring(rotated=True))
        assert "现用密钥" in told(receipt(NEW, instant=AFTER), ring(rotated=True))

    def test_refuses_each_key_outside_its_time(self):
        for data in (receipt(OLD, instant=AFTER), receipt(NEW, instant=BEFORE)):
            with pytest.raises(ReceiptRefused, match="有效期"):
                prove(data, ring(rotated=True))

    def test_refuses_the_receipt_of_another_node(self):
        with pytest.raises(ReceiptRefused, match="同一个节点"):
            prove(receipt(issuer="other"), ring())

    def test_holds_for_the_excerpt_of_one_party(self):
        answer = prove(receipts.excerpt(receipt(), "2"), ring(rotated=True))
        assert [line["ref"] for line in answer["statement"]["lines"]] == ["2"]
        assert "只出示 2 方中的一方" in "\n".join(answer["explanation"])


class TestRevocation:
    def test_refuses_what_no_good_key_covers(self):
        with pytest.raises(ReceiptRefused, match="撤销"):
            prove(receipt(), ring(rotated=True, revoked=True))

    def test_proves_the_ledger_alone_where_a_good_key_signed_it(self):
        said = told(receipt(), ring(rotated=True, revoked=True), cover())
        assert f"revoked: proven only as far as entry 3 is under the ledger signed by {NEW.key_id}" in said
        assert "签名不再证明" in said
        assert "证明：demo" not in said.replace("只证明", "").replace("不再证明", "")

    def test_touches_no_receipt_of_the_other_key(self):
        held = ring(rotated=True, revoked=True)
        assert "现用密钥" in told(receipt(NEW, instant=AFTER), held)

    @pytest.mark.parametrize(
        "shown",
        [
            pytest.param(cover(OLD), id="signed by the revoked key"),
            pytest.param(cover(Signer.generate()), id="signed by a stranger"),
            pytest.param(cover(origin="other"), id="of another ledger"),
            pytest.param(cover(leaves=LEAVES[::-1]), id="of another history"),
            pytest.param(cover(entry=2), id="of another size"),
            pytest.param(Cover(cover().note, cover().path[:-1]), id="with a step left out"),
            pytest.param(Cover(cover().note.replace("demo\n7", "demo\n8"), cover().path), id="of a changed note"),
            pytest.param(Cover("", ()), id="empty"),
        ],
    )
    def test_refuses_a_cover(self, shown):
        with pytest.raises(ReceiptRefused):
            prove(receipt(), ring(rotated=True, revoked=True), shown)

    @pytest.mark.parametrize("special", [{"root": None}, {"root": bytes(32)}, {"entry": 4}], ids=repr)
    def test_refuses_a_receipt_whose_ledger_is_not_under_the_cover(self, special):
        with pytest.raises(ReceiptRefused):
            prove(receipt(**special), ring(rotated=True, revoked=True), cover())


class TestFiles:
    @pytest.fixture
    def files(self, tmp_path):
        (tmp_path / "receipt.json").write_bytes(receipt())
        (tmp_path / "keys.json").write_bytes(keyring.build(ring(rotated=True), NEW.sign))
        shown = cover()
        text = json.dumps({"checkpoint": shown.note, "path": [node.hex() for node in shown.path]})
        (tmp_path / "cover.json").write_text(text, encoding="utf-8")
        return tmp_path / "receipt.json", tmp_path / "keys.json"

    def test_give_the_statement_and_what_it_means(self, files):
        answer = verify_files(*files)
        assert answer["statement"]["check"] == "c"
        assert any("未查到" in line for line in answer["explanation"])

    def test_are_refused_after_a_change(self, files):
        files[0].write_bytes(files[0].read_bytes().replace(b"no_record", b"on_record"))
        with pytest.raises(ReceiptRefused):
            verify_files(*files)

    def test_say_which_of_them_cannot_be_read(self, files, tmp_path):
        with pytest.raises(ReceiptRefused):
            verify_files(tmp_path / "absent", files[1])
        with pytest.raises(KeysMalformed):
            verify_files(files[0], tmp_path / "absent")
        with pytest.raises(KeysMalformed):
            verify_files(files[0], files[0])
        with pytest.raises(ReceiptRefused):
            verify_files(*files, cover=tmp_path / "absent")

    @pytest.mark.parametrize(
        "content", [b"", b"[]", b"{}", b'{"checkpoint":1,"path":[]}', b'{"checkpoint":"","path":[1]}']
    )
    def test_are_refused_with_a_cover_out_of_form(self, files, tmp_path, content):
        (tmp_path / "cover.json").write_bytes(content)
        with pytest.raises(ReceiptRefused):
            verify_files(*files, cover=tmp_path / "cover.json")

    def test_must_hold_the_key_that_is_trusted(self, files):
        for trusted in (OLD.key_id, OLD.public.hex(), NEW.key_id):
            assert verify_files(*files, trusted=trusted)
        for stranger in (Signer.generate().key_id, OLD.key_id[:8]):
            with pytest.raises(KeysMalformed, match="信任"):
                verify_files(*files, trusted=stranger)

    def test_prove_a_revoked_keys_ledger_with_a_cover(self, files, tmp_path):
        files[1].write_bytes(keyring.build(ring(rotated=True, revoked=True), NEW.sign))
        assert main([str(files[0]), "--keys", str(files[1])]) == 1
        assert main([str(files[0]), "--keys", str(files[1]), "--cover", str(tmp_path / "cover.json")]) == 0

    def test_are_proven_by_python_and_one_library(self, files):
        """Every other package that is installed is hidden, and so are sockets."""
        code = (
            "import sys, sysconfig, pathlib\n"
            "kept = ('cryptography', '_cffi_backend', 'cffi', 'registry')\n"
            "site = pathlib.Path(sysconfig.get_path('purelib'))\n"
            "class Hide:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        top = name.partition('.')[0]\n"
            "        if top in ('socket', '_socket') or (top not in kept\n"
            "            and ((site / top).is_dir() or list(site.glob(top + '.*')))):\n"
            "            raise ModuleNotFoundError(name)\n"
            "sys.meta_path.insert(0, Hide())\n"
            "try:\n    import flask\nexcept ModuleNotFoundError: pass\nelse: sys.exit('flask was there')\n"
            "from registry.verifier import main\n"
            "sys.exit(main(sys.argv[1:]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(files[0]), "--keys", str(files[1])],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "在第 3 号记录时未查到" in done.stdout

    def test_are_verified_by_the_module_as_a_command(self, files):
        command = [sys.executable, "-m", "registry.verifier", str(files[0]), "--keys", str(files[1])]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        files[0].write_bytes(b"{}")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.startswith("receipt-refused")) == (1, True)


def test_the_ring_of_the_tests_is_sound():
    assert keyring.chain_fault(ring(rotated=True, revoked=True), verify) is None
