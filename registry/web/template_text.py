"""Marks the texts of templates for translation while they are compiled, so that none can be forgotten.

A template is written in Chinese as it shall read. Whatever stands in it between elements, in an attribute that is read
aloud, or as a string of an expression becomes a message; values in it become its placeholders, and small elements
(links, emphasis) stay in it, so that a sentence is translated as a whole.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

CJK = "[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
READ_ALOUD = frozenset({"alt", "aria-label", "placeholder", "title"})
"""Attributes whose values are texts; those of all others are left alone."""
INLINE = frozenset({"a", "abbr", "b", "bdi", "code", "em", "small", "span", "strong"})
PLAIN_TEXT = frozenset({"option", "textarea", "title"})
"""Elements that hold no other element."""
NO_TEXT = frozenset({"script", "style"})
_HAS_CJK = re.compile(CJK)
_SPACE = re.compile(r"\s+")
_TAG_START = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)|<!")
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*$")
_WORDS_OF_EXPRESSIONS = frozenset(
    {"and", "else", "false", "if", "in", "is", "loop", "none", "not", "or", "translated", "true", "url_for"}
)


@dataclass
class Piece:
    """A part of a template: ``text``, an expression (``variable``), a statement (``block``), a ``tag`` with parts."""

    kind: str
    lineno: int
    text: str = ""
    tokens: Sequence[Token] = ()
    parts: list["Piece"] = field(default_factory=list)
    name: str = ""

    @property
    def has_words(self) -> bool:
        """Whether it is a text with Chinese in it."""
        return self.kind == "text" and bool(_HAS_CJK.search(self.text))

    @property
    def is_inline(self) -> bool:
        """Whether it is the tag of a small element, without any statement in it."""
        return self.kind == "tag" and self.name in INLINE and all(part.kind != "block" for part in self.parts)

    @property
    def statement(self) -> list[str]:
        """The first words of a statement."""
        return [token.value for token in self.tokens[1:3] if token.type == "name"]

    @property
    def source(self) -> str:
        """The text of a tag without its expressions."""
        return "".join(part.text for part in self.parts)


class TranslatedText(Extension):
    """The extension of the template engine."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The tokens of a template with its texts as calls of ``translated_markup``, ``translated`` and ``shown``."""
        yield from _write(_read_tags(_read_pieces(stream)))


def _read_pieces(stream: Iterable[Token]) -> Iterator[Piece]:
    """Data, expressions and statements, strings in the latter two marked."""
    tokens: list[Token] = []
    for token in stream:
        if token.type == "data":
            yield Piece("text", token.lineno, token.value)
        elif token.type in ("variable_end", "block_end"):
            kind = token.type.removesuffix("_end")
            yield Piece(kind, token.lineno, tokens=_mark_strings([*tokens, token]))
            tokens = []
        else:
            tokens.append(token)


def _mark_strings(tokens: Sequence[Token]) -> list[Token]:
    marked: list[Token] = []
    for token in tokens:
        if token.type == "string" and _HAS_CJK.search(token.value):
            marked += _call("translated", [token])
        else:
            marked.append(token)
    return marked


def _call(name: str, tokens: Sequence[Token]) -> list[Token]:
    line = tokens[0].lineno
    return [Token(line, "name", name), Token(line, "lparen", "("), *tokens, Token(line, "rparen", ")")]


def _read_tags(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with each tag as one, whatever expressions and statements stand within it."""
    tag: Piece | None = None
    quote = ""
    for piece in pieces:
        if piece.kind != "text":
            if tag is None:
                yield piece
            else:
                tag.parts.append(piece)
            continue
        at = 0
        while at < len(piece.text):
            if tag is None:
                start = _TAG_START.search(piece.text, at)
                end = start.start() if start else len(piece.text)
                if end > at:
                    yield Piece("text", piece.lineno, piece.text[at:end])
                if start:
                    tag = Piece("tag", piece.lineno, name=(start[1] or "!").lower())
                at = end
            else:
                end, quote, is_closed = _end_of_tag(piece.text, at, quote)
                tag.parts.append(Piece("text", piece.lineno, piece.text[at:end]))
                at = end
                if is_closed:
                    yield tag
                    tag = None


def _end_of_tag(text: str, at: int, quote: str) -> tuple[int, str, bool]:
    """Where a tag ends, or else the text; the quote that is open there; whether the tag has ended."""
    for place in range(at, len(text)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == ">":
            return place + 1, "", True
    return len(text), quote, False


def _write(pieces: Iterable[Piece]) -> Iterator[Token]:
    """The tokens of pieces: runs between statements and large elements are messages."""
    run: list[Piece] = []
    within = outside = ""
    for piece in pieces:
        if within in NO_TEXT and not (piece.kind == "tag" and piece.source.startswith("</")):
            yield from _write_plain(piece)
        elif piece.kind in ("text", "variable") or (piece.is_inline and not within):
            run.append(piece)
        else:
            yield from _write_run(run, is_plain=bool(within))
            run = []
            yield from _write_plain(piece)
            if piece.kind == "tag":
                is_start = not piece.source.startswith("</")
                within = piece.name if is_start and piece.name in PLAIN_TEXT | NO_TEXT else ""
            elif piece.statement == ["block", "title"]:  # stands in the title of the layout
                outside, within = within, "title"
            elif piece.statement[:1] == ["endblock"] and within == "title":
                within = outside
    yield from _write_run(run, is_plain=bool(within))


def _write_plain(piece: Piece) -> Iterator[Token]:
    if piece.kind == "text":
        yield Token(piece.lineno, "data", piece.text)
    elif piece.kind == "tag":
        yield from _write_tag(piece)
    else:
        yield from piece.tokens


def _write_run(run: Sequence[Piece], *, is_plain: bool) -> Iterator[Token]:
    """One message where words stand beside small elements; else a message for each text between them."""
    if _is_sentence(run):
        yield from _write_message(run, is_plain=is_plain)
        return
    part: list[Piece] = []
    for piece in run:
        if piece.kind == "tag":
            yield from _write_message(part, is_plain=is_plain)
            part = []
            yield from _write_tag(piece)
        else:
            part.append(piece)
    yield from _write_message(part, is_plain=is_plain)


def _is_sentence(run: Sequence[Piece]) -> bool:
    depth, has_words = 0, False
    for piece in run:
        if piece.kind == "tag":
            depth += -1 if piece.source.startswith("</") else 1
            if depth < 0:
                return False
        elif depth == 0:
            has_words = has_words or piece.has_words
    return depth == 0 and has_words and any(piece.kind == "tag" for piece in run)


def _write_tag(tag: Piece) -> Iterator[Token]:
    """A tag, its attributes that are read aloud as messages."""
    value: list[Piece] = []
    quote = attribute = before = ""
    for part in tag.parts:
        if part.kind != "text":
            if quote and part.kind == "variable":
                value.append(part)
            else:
                yield from _write_attribute(value, attribute)
                value = []
                yield from part.tokens
            continue
        for text in re.split("([\"'])", part.text):
            if text and text == quote:
                yield from _write_attribute(value, attribute)
                value, quote, before = [], "", ""
                yield Token(part.lineno, "data", text)
            elif text in ("'", '"') and not quote:
                found = _ATTRIBUTE.search(before)
                quote, attribute = text, found[1].lower() if found else ""
                yield Token(part.lineno, "data", text)
            elif quote:
                value.append(replace(part, text=text))
            elif text:
                before = text
                yield Token(part.lineno, "data", text)


def _write_attribute(value: Sequence[Piece], attribute: str) -> Iterator[Token]:
    if attribute in READ_ALOUD:
        yield from _write_message(value, is_plain=True)
    else:
        for piece in value:
            yield from _write_plain(piece)


def _write_message(pieces: Sequence[Piece], *, is_plain: bool) -> Iterator[Token]:
    """Texts and expressions as one message, spaces around it left out; without Chinese as they are.

    ``is_plain``: no element can be put into it.
    """
    show = "translated" if is_plain else "shown"
    if not any(piece.has_words for piece in pieces):
        for piece in pieces:
            yield from _show(piece, show) if piece.kind == "variable" else _write_plain(piece)
        return
    line = pieces[0].lineno
    text, values = "", dict[str, Sequence[Token]]()
    for piece in pieces:
        for part in piece.parts if piece.kind == "tag" else (piece,):
            if part.kind == "text":
                text += part.text.replace("%", "%%")
            else:
                name = _name_value(part, values)
                text += f"%({name})s"
                inner = list(part.tokens[1:-1])
                values[name] = inner if piece.kind == "tag" else _call(show, inner)
    head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    call = [Token(line, "string", _SPACE.sub(" ", text.strip()))]
    for name, tokens in values.items():
        call += [Token(line, "comma", ","), Token(line, "name", name), Token(line, "assign", "="), *tokens]
    if head:
        yield Token(line, "data", head)
    yield Token(line, "variable_begin", "{{")
    yield from _call("translated_markup", call)
    yield Token(line, "variable_end", "}}")
    if tail:
        yield Token(line, "data", tail)


def _show(piece: Piece, show: str) -> Iterator[Token]:
    start, *inner, end = piece.tokens
    yield start
    yield from _call(show, inner)
    yield end


def _name_value(piece: Piece, taken: Iterable[str]) -> str:
    """What an expression is called in a message: by its last name before any filter."""
    names = []
    for token in piece.tokens:
        if token.type == "pipe":
            break
        if token.type == "name" and token.value not in _WORDS_OF_EXPRESSIONS:
            names.append(token.value)
    name = names[-1] if names else "value"
    number = 2
    while name in taken:
        name = f"{names[-1] if names else 'value'}{number}"
        number += 1
    return name
