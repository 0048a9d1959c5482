"""Records of peers that wait for a person: shown with the reason, judged again, put away, released by two."""

import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM, Role
from registry.models import InboxBatch, InboxItem
from registry.services.exchange import peers
from registry.services.node import accounts
from registry.web.admin.exchange import ITEMS_SHOWN_MAX
from tests.web.signing_in import post, sign_in


@pytest.fixture(scope="module")
def items(app, office):
    """The numbers of items that a peer sent and nobody can read."""

    def act(work):
        accounts.create(work, accounts.NewAccount("second-operator", Role.SYSTEM_ADMIN, "centre", ("*",), ("*",)))
        peer = peers.add(work, "north", "示例北方节点", "https://north.example", "ab" * 32, ())
        batch = InboxBatch(peer_id=peer.id, digest="d", raw=b"", received_at=work.now, receipt=None)
        work.session.add(batch)
        work.session.flush()
        rows = [
            InboxItem(
                batch_id=batch.id, position=place, record=None, revision=None, envelope="{}", state="quarantined",
                outcome="quarantined", code="envelope-malformed", detail=None,
            )
            for place in range(ITEMS_SHOWN_MAX + 5)
        ]  # fmt: skip
        work.session.add_all(rows)
        work.session.flush()
        return [row.id for row in rows]

    return runtime.perform(SYSTEM, act)


@pytest.fixture
def by(app, items):
    def enter(name):
        client = app.test_client()
        sign_in(client, name)
        return client

    return enter


class TestQuarantine:
    def test_shows_the_first_and_how_many_more_there_are(self, by):
        page = by("operator").get("/admin/quarantine")
        assert page.text.count("重新判断") == ITEMS_SHOWN_MAX
        assert "还有 5 条没有列出" in page.text
        assert len(page.data) < 100_000

    def test_judges_an_item_again_and_keeps_what_still_fails(self, by, items):
        client = by("operator")
        assert post(client, f"/admin/quarantine/{items[0]}/release").status_code == 303
        assert "仍不符合要求" in client.get("/admin/quarantine").text

    def test_puts_an_item_away_with_a_reason_only(self, by, items):
        client = by("operator")
        refused = post(client, f"/admin/quarantine/{items[1]}/drop")
        assert (refused.status_code, f'href="#reason-{items[1]}"' in refused.text) == (422, True)
        assert post(client, f"/admin/quarantine/{items[1]}/drop", {"reason": "对方已更正"}).status_code == 303
        assert f'id="reason-{items[1]}"' not in client.get("/admin/quarantine").text
        assert post(client, f"/admin/quarantine/{items[1]}/drop", {"reason": "再次"}).status_code == 404

    def test_releases_many_by_two_persons(self, by):
        first, second = by("operator"), by("second-operator")
        many = {"peer": "north", "code": "envelope-malformed"}
        assert post(first, "/admin/quarantine/bulk", many).status_code == 303
        assert "须由另一人确认" in first.get("/admin/quarantine").text
        assert post(first, "/admin/quarantine/bulk/1/confirm").status_code == 403
        assert post(second, "/admin/quarantine/bulk/1/confirm").status_code == 303
        assert "已放行 0 条" in second.get("/admin/quarantine").text
        assert post(second, "/admin/quarantine/bulk/1/confirm").status_code == 404
