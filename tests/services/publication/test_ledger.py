"""Sealing the ledger."""

import datetime as dt
from collections.abc import Callable

import pytest

from registry import runtime
from tests.support.desk import Desk, seal
from tests.support.filings import BanFactory


class TestSeal:
    def test_is_never_dated_before_the_one_before_it(
        self, desk: Desk, typed: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.published(BanFactory())
        assert seal()
        clock = runtime.clock
        monkeypatch.setattr(runtime, "clock", lambda: clock() - dt.timedelta(minutes=20))
        desk.published(BanFactory())
        assert seal()
        assert typed("ledger", "verify")[0] == 0
