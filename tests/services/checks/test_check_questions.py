"""What the command of a check asks beforehand at a terminal: nothing of the project is assumed."""

import io

import pytest

from registry.commands.checks import _ask_project


class Terminal(io.StringIO):
    """Somebody at a terminal who types these lines."""

    def isatty(self):
        return True


class TestAskProject:
    @pytest.mark.parametrize(
        ("lines", "answer"),
        [
            pytest.param("works\ny\n", (True, "works"), id="B12-招标投标法3-工程"),
            pytest.param("goods\nN\n", (False, "goods"), id="B12-招标投标法3-货物"),
            pytest.param("\n\n", (None, None), id="B12-不知道"),
            pytest.param("楼房\n也许\n", (None, None), id="B12-答非所问"),
        ],
    )
    def test_takes_what_is_known_and_no_more(self, monkeypatch, lines, answer):
        monkeypatch.setattr("sys.stdin", Terminal(lines))
        assert _ask_project(None, None) == answer

    def test_asks_nothing_that_was_said(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", Terminal(""))
        assert _ask_project(False, "services") == (False, "services")

    def test_assumes_nothing_where_nobody_can_be_asked(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("works\ny\n"))
        assert _ask_project(None, None) == (None, None)
