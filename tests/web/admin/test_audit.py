"""The audit trail against its chain of commitments, as the audit administrator has it verified."""

import pytest
from flask import current_app

from registry import runtime
from tests.support import stores
from tests.support.people import town
from tests.web.signing_in import post, sign_in


@pytest.fixture(scope="module", params=stores.STORES)
def auditor(request, templates, tmp_path_factory):
    """The browser of the audit administrator, on a node that has the secret of its chain."""
    with town(request.param, templates, tmp_path_factory.mktemp("town")):
        client = current_app.test_client()
        sign_in(client, "auditor")
        yield client


def overwrite(actor):
    """Write over the first event as whoever owns the database could; the name before."""
    with runtime.db.engine.begin() as connection:
        before = connection.exec_driver_sql("SELECT actor FROM audit_events WHERE id = 1").scalar()
        connection.exec_driver_sql(f"UPDATE audit_events SET actor = '{actor}' WHERE id = 1")
    return before


class TestVerification:
    def test_finds_every_event_as_it_was_written(self, auditor):
        page = post(auditor, "/admin/audit/verification").text
        assert "全部审计记录与承诺链一致" in page
        assert "audit.verify" in auditor.get("/admin/audit?act=audit.verify").text

    def test_names_the_event_that_was_changed(self, auditor):
        before = overwrite("nobody")
        page = post(auditor, "/admin/audit/verification").text
        overwrite(before)
        assert "table audit_events, row 1: changed outside an act" in page
        assert "全部审计记录与承诺链一致" not in page
