"""Texts of templates become messages while they are compiled: whole sentences, with their links and values."""

import pytest
from jinja2 import Environment
from markupsafe import Markup

from registry.web.template_text import TranslatedText


def rendered(source: str, **values: object) -> tuple[str, list[str]]:
    """A template as it is rendered, each message between brackets; and the messages."""
    messages: list[str] = []

    def markup(message: str, **placed: object) -> Markup:
        messages.append(message)
        return Markup(f"[{message}]") % placed

    def translated(value: object) -> object:
        messages.append(str(value))
        return value

    environment = Environment(autoescape=True, extensions=[TranslatedText])
    environment.globals |= {
        "translated_markup": markup,
        "translated": translated,
        "shown": lambda value: value if hasattr(value, "__html__") else Markup("<i>{}</i>").format(value),
    }
    return environment.from_string(source).render(**values), messages


class TestMessage:
    @pytest.mark.parametrize(
        ("source", "messages"),
        [
            ("<p>凭编号<a href='/x'>查看</a>进度。</p>", ["凭编号<a href='/x'>查看</a>进度。"]),
            ("<p><a href='/'>首页</a> · <a href='/b'>目录</a></p>", ["首页", "目录"]),
            ("<p>共 {{ n }} 条{% if n %}，在此{% endif %}</p>", ["共 %(n)s 条", "，在此"]),
            ("<p>占 {{ n }}%，见表</p>", ["占 %(n)s%%，见表"]),
            ("<b>{{ '是' if n else '否' }}</b>", ["是"]),
            ("<i data-x='中'>no words</i><style>/* 中 */</style>", []),
            ("<a href='/' aria-label='第 {{ n }} 页'>x</a>", ["第 %(n)s 页"]),
        ],
    )  # fmt: skip
    def test_is_a_sentence_with_its_links_and_values(self, source, messages):
        assert [one for one in rendered(source, n=3)[1] if one != "3"] == messages

    def test_escapes_values_and_lets_them_say_their_language(self):
        assert rendered("<p>名称 {{ n }} 。</p>", n="<b>")[0] == "<p>[名称 <i>&lt;b&gt;</i> 。]</p>"

    def test_puts_no_element_into_a_title_or_an_attribute(self):
        shown, _ = rendered(
            "<title>{% block title %}{{ n }} 页{% endblock %} · {{ n }}</title><i title='{{ n }} 页'>", n=1
        )
        assert shown == "<title>[1 页] · 1</title><i title='[1 页]'>"
