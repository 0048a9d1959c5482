"""The committed Unicode tables: what the newest version says, whatever interpreter runs."""

import random
import sys
import unicodedata

import unicodedata2

from registry.domain import characters
from tools import unicode_tables

EVERY = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]


class TestTables:
    def test_are_what_the_tool_writes(self):
        assert characters.TABLES.read_text(encoding="utf-8") == unicode_tables.tables()

    def test_agree_with_the_interpreter_on_what_it_knows(self):
        """Stability policy of Unicode: forms and foldings of what is assigned never change."""
        known = [character for character in EVERY if unicodedata.category(character) != "Cn"]
        facts = characters.tables()
        assert not [c for c in known if unicodedata.normalize("NFKC", c) != facts.compatible.get(ord(c), c)]
        assert not [c for c in known if c.casefold() != facts.casefold.get(ord(c), c)]

    def test_read_nothing_of_the_interpreter(self):
        imported = vars(characters)
        assert "unicodedata" not in imported
        assert not [name for name in ("isalnum", "isdigit", "normalize") if name in characters.__dict__]


class TestCompose:
    def test_is_canonical_composition(self):
        draw = random.Random(1)
        facts = characters.tables()
        marks = [chr(point) for point, category in facts.category.items() if category[0] == "M"]
        letters = [
            *map(chr, range(0x41, 0x2100)),
            *map(chr, range(0x3041, 0x3100)),
            *"각ガé가",
            *map(chr, range(0x1100, 0x1200)),
        ]
        for _ in range(20_000):
            typed = "".join(draw.choice(letters if draw.random() < 0.5 else marks) for _ in range(draw.randint(1, 5)))
            text = typed.translate(facts.compatible)
            assert characters.compose(text) == unicodedata2.normalize("NFC", text)
