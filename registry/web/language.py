"""The two languages of the public pages: Chinese, in which the templates are written, and English under ``/en``.

The path alone says the language: an address means the same for everybody who is sent it, and caches need not look at
headers.
What has no English words (law, records, names) stays Chinese, in an element that says so.
"""

import functools
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask_babel import Babel
from jinja2 import Environment
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as Redirect

from registry import catalogue, phrases
from registry.phrases import Phrase
from registry.queries.publication import record_query
from registry.web import template_text
from registry.web.parameters import PARAMETERS

PREFIX = "/en"
CHINESE, ENGLISH = "zh-CN", "en"
CJK = re.compile(template_text.CJK)
NEUTRAL = frozenset({"web.static", "web.feed", "web.sitemap", "web.sitemap_pages", "web.sitemap_file", "web.robots"})
"""Addresses of the public pages that have no language."""
_is_english: ContextVar[bool] = ContextVar("is_english", default=False)
"""Asked for every text of a page, a thousand times."""
_ENGLISH_TEMPLATES = "english_templates"
_PERMANENT_REDIRECT = 308


class LanguagePath:
    """Takes the language off the path of a request, before anything looks at it."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        path = environ.get("PATH_INFO", "")
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + PREFIX
            environ["PATH_INFO"] = path.removeprefix(PREFIX) or "/"
            token = _is_english.set(True)
            try:
                return self.inner(environ, start_response)
            finally:
                _is_english.reset(token)
        return self.inner(environ, start_response)


def init_app(app: Flask) -> None:
    """Let the templates speak both languages, and lead what has one language only to its one address."""
    app.extensions[_ENGLISH_TEMPLATES] = app.jinja_env.overlay(extensions=[template_text.TranslatedText])
    app.jinja_env.globals |= {
        "shown": shown,
        "translated": translated,
        "translated_markup": translated_markup,
        "language": language,
        "language_of": language_of,
        "other_language_url": other_language_url,
        "neutral_url": neutral_url,
        "url_for": cached_url_for,
    }
    Babel(
        app,
        default_locale="zh_Hans_CN",
        default_timezone="Asia/Shanghai",
        locale_selector=lambda: ENGLISH if is_english() else None,
    )
    app.before_request(_leave_english)


def connect(app: Flask) -> None:
    """Let the requests of an application say their language."""
    app.wsgi_app = LanguagePath(app.wsgi_app)  # type: ignore[method-assign]


def english_templates(app: Flask) -> Environment:
    """The templates compiled for English pages, each text in them looked up; for Chinese ones they stay as written."""
    environment: Environment = app.extensions[_ENGLISH_TEMPLATES]
    return environment


def render(template: str, **values: Any) -> str:
    """Render a template in the language of this page."""
    environment = english_templates(current_app) if is_english() else current_app.jinja_env
    return render_template(environment.get_template(template), **values)


def is_english() -> bool:
    """Whether this request is for an English page."""
    return _is_english.get()


def language() -> str:
    """The language of this page, as HTML names it."""
    return ENGLISH if is_english() else CHINESE


def printed_language() -> str:
    """The language of this page, as ``printing`` names it."""
    return "en" if is_english() else "zh"


def translated(value: Any) -> Any:
    """A text in the language of this page, where it has words for it; anything else as it is."""
    if not is_english() or not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return catalogue.in_english(value)


def shown(value: Any) -> Any:
    """A value as it stands between the elements of a page: what stays Chinese on an English one says so."""
    if not is_english() or not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    if isinstance(value, Phrase):
        message = catalogue.message(value.message)
        if not CJK.search(message):
            return escape(message) % {name: shown(part) for name, part in value.values.items()}
    text = translated(value)
    return Markup('<span lang="zh">{}</span>').format(text) if CJK.search(text) else text


def translated_markup(message: str, **values: Any) -> Markup:
    """A message of a template in the language of this page, its values escaped."""
    text = catalogue.message(message) if is_english() else message
    # As ``Markup(text) % values``, which takes three times as long.
    whole = text % {name: escape(value) for name, value in values.items()}
    return Markup(whole)  # noqa: S704 - a text of our own, by the catalogue or the template


def phrase(message: str, **values: Any) -> str:
    """A message with values, both in the language of this page; plain text."""
    return str(translated(Phrase(message, **values)))


def joined(texts: Iterable[str], separator: str = "、") -> str:
    """Texts in one line, each in the language of this page."""
    return str(translated(phrases.joined(texts, separator)))


def language_of(value: Any) -> Markup:
    """The attribute of an element whose text cannot hold another element and stays Chinese on an English page."""
    is_foreign = is_english() and isinstance(value, str) and CJK.search(str(translated(value)))
    return Markup(' lang="zh"') if is_foreign else Markup()


def cached_url_for(endpoint: str, **values: Any) -> str:
    """``url_for``, remembered: a page has a hundred links, most of them those of the page before.

    Of the addresses with values only those of public records and files are, and none with what somebody searched for.
    """
    items = tuple(values.items())
    is_plain = endpoint in _REMEMBERED and all(type(value) is str for value in values.values())
    if values and not is_plain:
        return url_for(endpoint, **values)
    if endpoint == "web.records" and "q" in values:  # this address has no other values than those of its query
        return f"{_build_url(request.script_root, endpoint, ())}?{urlencode(items, safe=_UNQUOTED)}"
    return _build_url(request.script_root, endpoint, items)


_UNQUOTED = "!$'()*,/:;?@"
"""As ``url_for`` leaves them in a query."""
_REMEMBERED = frozenset({"web.records", "web.record", "web.sector", "web.static"})


@functools.lru_cache(maxsize=4096)
def _build_url(_root: str, endpoint: str, items: tuple[tuple[str, str], ...]) -> str:
    values: dict[str, Any] = dict(items)
    return url_for(endpoint, **values)


def neutral_url(endpoint: str, **values: Any) -> str:
    """The address of what has no language."""
    return f"{_root()}{url_for(endpoint, **values).removeprefix(request.script_root)}"


def other_language_url(path: str = "") -> str:
    """The address of this page, or of another path, in the other language; of the first page where there is none."""
    query = ""
    if not path and request.method not in ("GET", "HEAD"):  # what a form is sent to has no page of its own
        path = "/"
    if not path and request.endpoint is not None:
        known = PARAMETERS.get(request.endpoint, frozenset())
        kept = [(name, value) for name, value in request.args.items() if name in known]
        # What may be a number of a person is never repeated.
        query = "" if any(record_query.is_personal(value) for _, value in kept) else urlencode(kept)
        path = quote(request.path)
    root = _root() if is_english() else _root() + PREFIX
    return f"{root}{path or '/'}{'?' if query else ''}{query}"


def _root() -> str:
    root = request.script_root
    return root.removesuffix(PREFIX) if is_english() else root


def _leave_english() -> Redirect | None:
    """Lead to the one address of what has no English page: the desks, the API, and files."""
    endpoint = request.endpoint
    if not is_english() or endpoint is None or (endpoint.startswith("web.") and endpoint not in NEUTRAL):
        return None
    query = request.query_string.decode("latin-1")
    return redirect(f"{_root()}{request.path}{'?' if query else ''}{query}", _PERMANENT_REDIRECT)
