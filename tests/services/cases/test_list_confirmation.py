"""The confirmation of a mass removal from an adopted list."""

import datetime as dt

import pytest

from registry.refusals.acts import RemovalShare
from registry.refusals.procedure import RemovalsChanged
from tests.support.lists import DAY, Office, firm


def test_holds_for_what_was_shown_and_nothing_that_came_after(bureau):
    office = Office(bureau)
    office.adopt([firm(n) for n in range(60)], full=True)
    part = office.file([firm(n) for n in range(60, 80)])
    office.bureau.go(DAY + dt.timedelta(days=1))
    number = office.file([firm(n) for n in range(35)], full=True)
    confirmed = office.confirm(number)
    office.verify(part)
    with pytest.raises(RemovalShare):
        office.verify(number)
    with pytest.raises(RemovalsChanged):
        office.confirm(number, confirmed)
    office.confirm(number)
    assert len(office.verify(number).left) == 45
