"""The English catalogue has words for every text of the public pages, and for nothing else."""

import re

from babel.messages import pofile

from registry.catalogue import CATALOGUE
from tools import translations


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s", text))


class TestCatalogue:
    def test_has_words_for_every_text_and_for_no_other(self) -> None:
        with CATALOGUE.open("rb") as file:
            known = {message.id: message.string for message in pofile.read_po(file) if message.id}
        assert set(known) == set(translations.texts())
        assert {text for text, words in known.items() if not words} == set()

    def test_names_the_values_that_the_text_names(self) -> None:
        with CATALOGUE.open("rb") as file:
            wrong = {message.id for message in pofile.read_po(file) if message.id
                     and not placeholders(message.string) <= placeholders(message.id)}  # fmt: skip
        assert wrong == set()
