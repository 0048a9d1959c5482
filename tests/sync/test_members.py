"""Statements about members travel between nodes; each verifies them by itself."""

from registry.models import MemberStatementRow
from registry.queries.exchange import member_statements
from registry.services.exchange import inbox, members
from sync.members import fetch_all
from sync.push import push
from tests.support.membership import FIRST, THIRD, administrators, entitle, member, signed
from tests.sync.bodies import authority_of, body, speaking
from tests.sync.planting import published


def fetched(node):
    with node:
        return fetch_all()


def known(node):
    return node.ask(lambda session: set(member_statements.newest_members(session)))


class TestFetch:
    def test_brings_what_two_administrators_signed(self, city, platform):
        platform.do(lambda work: entitle(work, "county", speaking("county")))
        assert fetched(city)["platform"].loaded == 2  # about the county, and about the city itself
        assert known(city) == {"platform", "county", "city"}
        assert fetched(city)["platform"].loaded == 0

    def test_takes_nothing_that_a_peer_signed_alone(self, city, platform):
        forged = signed(member("county", speaking("city")), FIRST, THIRD)

        def plant(work):
            row = {"kind": "member", "node": "county", "revision": 1, "received_from": "", "loaded_at": work.now}
            work.session.add(MemberStatementRow(document=forged.decode(), **row))

        platform.do(plant)
        done = fetched(city)["platform"]
        assert (done.loaded, done.refused) == (1, 1)
        assert "county" not in known(city)

    def test_takes_no_other_administrators(self, city, platform):
        forged = signed(administrators(FIRST, THIRD, revision=2), FIRST, THIRD)

        def plant(work):
            row = {"kind": "administrators", "node": "", "revision": 2, "received_from": "", "loaded_at": work.now}
            work.session.add(MemberStatementRow(document=forged.decode(), **row))

        platform.do(plant)
        assert fetched(city)["platform"].refused == 1
        assert city.ask(member_statements.administrators).revision == 1

    def test_of_a_new_revision_lets_the_waiting_authority_in(self, city, platform):
        name, code = authority_of("new")
        strange = body(node="platform", authority={"name": name, "code": code})
        strange["source"] |= {"name": name, "code": code}
        published(platform.app, strange)
        with platform:
            push("city")
        assert [item.code for item in city.items()] == ["authority-foreign"]
        added = speaking("new") | speaking("platform")
        city.do(lambda work: members.load(work, signed(member("platform", added, revision=2))))
        [item] = city.items()
        assert city.do(lambda work: inbox.release(work, item.id)).outcome == "accepted"
