"""Every refusal: one of six kinds, a permanent code of its own, a Chinese title, a line in the document."""

import re
import subprocess
import sys
from collections import Counter

import pytest

from registry.errors import Refusal
from tests.support.sources import ROOT
from tools import documents

KINDS = {"NotFound": 404, "Invalid": 422, "Conflict": 409, "Forbidden": 403, "Stale": 412, "Unavailable": 503}


class TestRefusals:
    def test_are_of_six_kinds(self):
        assert {kind.__name__ for kind in Refusal.__subclasses__()} == set(KINDS)

    @pytest.mark.parametrize("refusal", documents.refusals(), ids=lambda held: held.code)
    def test_have_one_kind_a_code_and_a_chinese_title(self, refusal):
        kinds = [held for held in refusal.__mro__ if Refusal in held.__bases__]
        assert len(kinds) == 1
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", refusal.code)
        assert re.search(r"[\u4e00-\u9fff]", refusal.title)
        assert refusal.__doc__

    def test_have_a_code_of_their_own(self):
        codes = [held.code for held in documents.refusals()]
        assert len(codes) == len(set(codes))

    def test_are_raised_somewhere(self):
        texts = [path.read_text("utf-8") for folder in ("registry", "sync") for path in (ROOT / folder).rglob("*.py")]
        words = Counter(word for text in texts for word in re.findall(r"\w+", text))
        kinds = set(KINDS)
        unused = [
            held.__name__ for held in documents.refusals() if held.__name__ not in kinds and words[held.__name__] < 2
        ]
        assert not unused


class TestDocuments:
    @pytest.mark.parametrize("file", documents.TABLES)
    def test_say_what_the_code_says(self, file):
        held = (documents.DOCS / file).read_text(encoding="utf-8")
        assert held == documents.TABLES[file](), "run: python -m tools.documents --write"

    def test_are_made_by_one_command(self):
        done = subprocess.run([sys.executable, "-m", "tools.documents"], cwd=ROOT, check=True)
        assert done.returncode == 0

    def test_explain_each_setting(self):
        silent = [name for name, _, meaning in documents.settings() if not meaning]
        assert not silent
