"""registry listings, commendations, disputes, repairs and penalties act, as an officer types them."""

import json

import pytest

from tests.api.test_commendations import award
from tests.support.filings import FilingFactory, days_ago
from tests.support.relations import firm, relation


@pytest.fixture
def written(tmp_path):
    """A JSON file with a body."""

    def write(body):
        path = tmp_path / "body.json"
        path.write_text(json.dumps(body, default=str), encoding="utf-8")
        return path

    return write


class TestListings:
    def test_are_drafted_reviewed_and_shown(self, bureau, typed, written, tmp_path):
        body = bureau.proposal(bureau.published_penalty())
        del body["exit"], body["subject"]["id_type"], body["subject"]["id_number"]
        code, said = typed("listings", "draft", written(body), "--as", "clerk")
        record = said.split(":")[0]
        assert (code, said) == (0, f"{record}: draft\n")
        opinion = tmp_path / "意见.pdf"
        opinion.write_bytes(b"%PDF-1.4")
        paper = f"legal_opinion:盐示法〔2026〕1号:2026-11-20:{opinion}"
        assert typed("listings", "act", record, "review", "--document", paper, "--as", "reviewer")[0] == 0
        assert typed("listings", "list", "--state", "reviewed", "--as", "head") == (
            0,
            f"{record}\treviewed\t2\n",
        )
        shown = json.loads(typed("listings", "show", record, "--as", "clerk")[1])
        assert shown["steps"][-1]["documents"][0]["number"] == "盐示法〔2026〕1号"
        assert shown["steps"][-1]["files"][0]["filename"] == "意见.pdf"

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("act", "RECORD", "review", "--as", "reviewer"), 1, "document-missing"),
            (("act", "RECORD", "notice", "--set", "served_on=yesterday", "--as", "clerk"), 1, "/served_on"),
            (("act", "RECORD", "notice", "--set", "served_on", "--as", "clerk"), 1, "body-refused"),
            (("act", "RECORD", "review", "--document", "poem", "--as", "reviewer"), 2, "poem is none of"),
            (("act", "RECORD", "review", "--document", "notice::no-day", "--as", "clerk"), 2, "KIND:NUMBER"),
            (("act", "RECORD", "dance", "--as", "clerk"), 2, "dance"),
            (("show", "RECORD", "--as", "other-clerk"), 1, "listing-unknown"),
            (("list", "--as", "centre"), 1, "out-of-role"),
        ],
    )
    def test_say_what_is_wrong(self, bureau, typed, words, code, said):
        record = bureau.drafted()
        done = typed("listings", *(record if word == "RECORD" else word for word in words))
        assert done[0] == code
        assert said in done[1]


class TestOthers:
    def test_commendations_are_filed_and_verified(self, typed, written):
        code, said = typed("commendations", "file", written(award(FilingFactory())), "--as", "clerk")
        record = said.split(":")[0]
        assert code == 0
        assert typed("commendations", "act", record, "verification", "--as", "verifier") == (
            0,
            f"{record}: published\n",
        )

    def test_relations_are_filed_and_verified(self, typed, written):
        body = relation("branch", FilingFactory(), firm(FilingFactory()))
        code, said = typed("relations", "file", written(body), "--as", "clerk")
        record = said.split(":")[0]
        assert (code, said) == (0, f"{record}: filed\n")
        assert typed("relations", "act", record, "verification", "--as", "verifier")[1] == f"{record}: published\n"
        assert typed("relations", "list", "--as", "clerk") == (0, f"{record}\tpublished\t2\n")

    def test_disputes_are_accepted(self, bureau, typed):
        number = bureau.applied("dispute", bureau.published_penalty())
        assert typed("disputes", "list", "--as", "clerk") == (0, f"{number}\treceived\t1\n")
        assert typed("disputes", "act", number, "acceptance", "--as", "clerk") == (0, f"{number}: accepted\n")
        assert typed("repairs", "list", "--as", "clerk") == (0, "")

    def test_penalties_are_stayed_by_two_persons_on_the_file_of_an_order(self, bureau, typed, tmp_path):
        order = tmp_path / "order.pdf"
        order.write_bytes(b"%PDF-1.4 invented")
        record = bureau.published_penalty()
        words = (
            "--set",
            "reason=停止执行",
            "--set",
            f"since={days_ago(0)}",
            "--document",
            f"court_order:盐示行初1号::{order}",
        )
        code, said = typed("penalties", "act", record, "suspension", *words, "--as", "verifier")
        assert (code, said.split(":")[0]) == (0, "proposal 1")
        assert typed("penalties", "list", "--state", "published", "--as", "clerk")[1].startswith(record)
        assert typed("proposals", "confirm", "1", "--as", "verifier")[1].startswith("self-verification")
        assert typed("proposals", "show", "1", "--documents", tmp_path, "--as", "second-verifier")[0] == 0
        assert (tmp_path / "proposal-1-1.pdf").read_bytes() == order.read_bytes()
        code, said = typed("proposals", "confirm", "1", "--as", "second-verifier")
        assert (code, "state=suspended" in said) == (0, True)
