"""What stays Chinese on an English page without saying so."""

from collections.abc import Iterator

from lxml import html

from registry.web.language import CJK
from registry.web.template_text import READ_ALOUD


def untranslated(element: html.HtmlElement, language: str = "") -> Iterator[str]:
    """The Chinese on an English page that does not say that it is Chinese."""
    language = element.get("lang", language)
    texts = [element.text, *(element.get(name) for name in READ_ALOUD)]
    if language == "en":
        yield from (text for text in texts if text and CJK.search(text))
    for child in element:
        if isinstance(child.tag, str) and child.tag != "title":  # a title holds names, and no element that says so
            yield from untranslated(child, language)
        if language == "en" and child.tail and CJK.search(child.tail):
            yield child.tail
