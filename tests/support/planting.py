"""Numbers of persons planted into whatever is typed, and found again wherever they are left: an oracle of its own.

It knows nothing of how the product finds such numbers: it folds what is stored to letters and digits, whatever the
script and whatever stands between them, and looks for the number itself.
"""

import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from registry import runtime
from registry.models import Base
from tests.support import personal
from tests.support.desk import Desk

_CHINESE = str.maketrans("〇一二三四五六七八九零壹贰叁肆伍陆柒捌玖○幺", "0123456789012345678901")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_KINDS = (
    (personal.residents, ""),
    (personal.residence_cards, ""),
    (personal.residents, ""),
    (personal.permits, "港澳通行证"),
    (personal.residents, ""),
    (personal.mobiles, ""),
    (personal.old_residents, "身份证"),
)


def folded(text: str) -> str:
    """Letters and digits of a text, digits of any script as plain ones, without what stands between them."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    text = unicodedata.normalize("NFKC", text).translate(_CHINESE).upper()
    plain = (str(unicodedata.digit(sign)) if unicodedata.digit(sign, None) is not None else sign for sign in text)
    return "".join(sign for sign in plain if sign.isalnum())


@dataclass
class Planter:
    """Hands out sentences with a number in them, another number and another spelling each time."""

    seed: int = 1
    numbers: list[str] = field(default_factory=list)
    _texts: Iterator[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        drawn = [(iter(draw(900, 100 * self.seed + place)), word) for place, (draw, word) in enumerate(_KINDS)]
        spellings = itertools.cycle(personal.SPELLINGS.values())
        self._texts = self._draw(drawn, spellings)

    def _draw(self, drawn: list[Any], spellings: Iterator[Any]) -> Iterator[tuple[str, str]]:
        for numbers, word in itertools.cycle(drawn):
            number = next(numbers)
            yield number, f"{word}{next(spellings)(number)}"

    def text(self, *, plain: bool = False) -> str:
        """A number as somebody would type it; ``plain``: without any sign between its digits."""
        number, text = next(self._texts)
        self.numbers.append(number)
        return number if plain else text

    def sentence(self) -> str:
        """A number within words."""
        return f"经办人王样（{self.text()}）"

    def found(self, texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """(place, number) of every planted number that is in (place, text)."""
        return [
            (place, number)
            for place, text in texts
            for whole in (folded(text),)
            for number in self.numbers
            if number in whole
        ]


def stored() -> Iterator[tuple[str, str]]:
    """(table.column, text) of everything that the store holds and that is not encrypted."""
    with runtime.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    if isinstance(value, bytes | memoryview):
                        yield f"{table.name}.{name}", bytes(value).decode("utf-8", "ignore")
                    elif isinstance(value, list | dict):
                        yield f"{table.name}.{name}", json.dumps(value, ensure_ascii=False)
                    elif isinstance(value, str):
                        yield f"{table.name}.{name}", value


@dataclass(frozen=True)
class PlantingDesk(Desk):
    """People who type somebody's number into every field that they fill in.

    A request goes out with a number in every text of its body. Where it is refused, the texts that the refusal names
    are sent as they should be, then text by text, until it is taken: so each text has had a number once.
    """

    planter: Planter = field(default_factory=Planter)
    sealed_fields: frozenset[str] = frozenset({"id_number", "content_base64", "contact", "address", "url"})
    answers: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, method: str, path: str, by: str | None = None, **request: Any) -> TestResponse:
        """Any request; one with a JSON body is planted first."""
        if not request.get("json") or method == "GET":
            return self._send(method, path, by, **request)
        body = request.pop("json")
        planted = set(_texts_of(body)) - {place for place in _texts_of(body) if place[-1] in self.sealed_fields}
        answer = self._send(method, path, by, json=self._plant(body, planted), **request)
        while answer.status_code == 422 and planted:
            named = {_place(error["pointer"]) for error in answer.get_json().get("errors", ())}
            refused = {place for place in planted if any(place[: len(at)] == at for at in named if at)}
            planted = planted - refused if refused else set()
            answer = self._send(method, path, by, json=self._plant(body, planted), **request)
        if answer.status_code in (200, 201, 202):
            return answer
        for place in sorted(_texts_of(body), key=str):
            if place[-1] not in self.sealed_fields:
                answer = self._send(method, path, by, json=self._plant(body, {place}), **request)
                if answer.status_code in (200, 201, 202):
                    return answer
        return self._send(method, path, by, json=body, **request)

    def _send(self, method: str, path: str, by: str | None, **request: Any) -> TestResponse:
        answer = super().ask(method, path, by, **request)
        assert answer.status_code < 500, (method, path, answer.status_code, answer.get_json())
        text = answer.get_data().decode("utf-8", "ignore")
        self.answers.append((f"{method} {path.split('?', maxsplit=1)[0]} {answer.status_code}", text))
        return answer

    def _plant(self, body: Any, places: set[tuple[Any, ...]]) -> Any:
        planted = deepcopy(body)
        for place in sorted(places, key=str):
            holder = planted
            for name in place[:-1]:
                holder = holder[name]
            holder[place[-1]] = f"{holder[place[-1]]}{self.planter.sentence()}"
        return planted


def _texts_of(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all texts in a JSON value."""
    if isinstance(value, str):
        yield at
    elif isinstance(value, dict | list):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts_of(item, (*at, name))


def _place(pointer: str) -> tuple[Any, ...]:
    return tuple(int(part) if part.isdigit() else part for part in pointer.split("/")[1:])
