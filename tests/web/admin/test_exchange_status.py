"""The status of the exchange on a page: lag, open removals, statements, pause and resume."""

import re

import pytest

from registry import runtime
from registry.domain.exchange.reconciliation import Comparison, Difference
from registry.domain.permissions import SYSTEM
from registry.services.exchange import peers, reconciliations
from tests.sync.bodies import body, removed
from tests.sync.planting import published
from tests.web.signing_in import post, sign_in


@pytest.fixture(scope="module")
def delisted(app, office):
    """A record that was removed, of which a peer was told neither."""
    runtime.perform(
        SYSTEM, lambda work: peers.add(work, "north", "示例北方节点", "https://north.example", "ab" * 32, ())
    )
    first = body()
    published(app, first, removed(first))
    comparison = Comparison(2, 1, "a" * 64, "b" * 64, Difference(missing=[first["record"]]))
    runtime.perform(SYSTEM, lambda work: reconciliations.keep_outcome(work, "north", comparison))
    equal = Comparison(2, 1, "a" * 64, "a" * 64, Difference(equal=[first["record"]]))
    runtime.perform(SYSTEM, lambda work: reconciliations.keep_outcome(work, "north", equal, sector="housing"))
    return first["record"]


@pytest.fixture
def operator(app, delisted):
    client = app.test_client()
    sign_in(client, "operator")
    return client


class TestStatus:
    def test_shows_what_waits_for_each_peer(self, operator):
        page = operator.get("/admin/exchange").text
        assert "示例北方节点" in page
        assert "最早的已等 0.0 小时" in page
        assert "不一致" in page
        assert "住房保障领域：一致" in page

    def test_pauses_with_a_reason_only_and_resumes(self, operator):
        refused = post(operator, "/admin/exchange/north/pause", {"reason": " "})
        assert refused.status_code == 422
        assert 'href="#reason-north"' in refused.text
        assert post(operator, "/admin/exchange/north/pause", {"reason": "对方升级"}).status_code == 303
        page = operator.get("/admin/exchange").text
        assert "对方升级" in page
        [seen] = re.findall(r'name="seen" value="(0 [0-9a-f]{32})"', page)
        assert f'name="seen" value="{seen}"' in operator.get("/admin/peers").text
        assert post(operator, "/admin/peers/north/release", {"seen": "0 0"}).status_code == 409
        assert post(operator, "/admin/peers/north/release", {"seen": seen}).status_code == 303
        assert "对方升级" not in operator.get("/admin/exchange").text

    @pytest.mark.parametrize("unseen", ["\x00", "\x1b[31m", "\u202e"])
    def test_takes_no_characters_that_nobody_sees(self, operator, unseen):
        refused = post(operator, "/admin/exchange/north/pause", {"reason": f"对方{unseen}升级"})
        assert (refused.status_code, "已暂停" in operator.get("/admin/exchange").text) == (422, False)

    def test_shows_removals_until_all_acknowledged_them(self, operator, delisted):
        page = operator.get("/admin/exchange/delistings").text
        assert delisted in page
        assert "待发" in page

    def test_gives_the_signed_statement(self, operator):
        page = operator.get("/admin/exchange/north/statements").text
        assert "对方缺少 1" in page
        answer = operator.get("/admin/exchange/north/statements/1")
        assert answer.json["statement"]["entry"] == 2
        assert operator.get("/admin/exchange/north/statements/99").status_code == 404
