"""Texts that know what they are made of, so that a page or a printed sheet can put them into another language.

A phrase is a text like any other, in Chinese; beside it stand the message of the catalogue and the values in it.
"""

from collections.abc import Callable, Iterable
from typing import Any, Self


class Phrase(str):
    """A message with its values, which may be phrases themselves."""

    __slots__ = ("message", "values")
    message: str
    values: dict[str, Any]

    def __new__(cls, message: str, **values: Any) -> Self:
        """Put values into a message; ``%`` in a message is written twice."""
        made = super().__new__(cls, message % values)
        made.message, made.values = message, values
        return made

    def with_values(self, change: Callable[[Any], Any]) -> "Phrase":
        """The same message with each value changed."""
        return Phrase(self.message, **{name: change(value) for name, value in self.values.items()})

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process it goes as the text that it is."""
        return str, (str(self),)


def joined(texts: Iterable[str], separator: str) -> str:
    """Texts in one, the separator a message of its own."""
    first, *others = list(texts) or [""]
    for text in others:
        first = Phrase("%(first)s%(separator)s%(then)s", first=first, separator=separator, then=text)
    return first


def followed(*texts: str) -> str:
    """Texts one straight after the other."""
    return joined(filter(None, texts), "")
