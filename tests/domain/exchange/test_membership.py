"""Who may state what: judged from the statement about the owner alone."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.exchange import membership
from registry.domain.exchange.membership import Members, OwnAuthorities, find_rival, parse_statement, require_signed
from registry.domain.naming import name_key
from registry.domain.publication import canonical
from registry.keys.signing import verify
from registry.refusals.acts import MemberRefused
from tests.support.membership import FIRST, SECOND, THIRD, administrators, member, signed
from tests.sync.bodies import CITY, authority_of, body, speaking

KEYS = {signer.key_id: signer.public for signer in (FIRST, SECOND)}
OURS = OwnAuthorities(frozenset({CITY[1]}), frozenset({name_key.key(CITY[0])}))


def code(owner="county", own=OURS, changed=None, **special):
    """Why a body of the county is refused, by a statement that is special."""
    one = body(node="county") | (changed or {})
    statement = member("county", special.pop("authorities", speaking("county")), **special)
    return Members({"county": statement}, own).refusal_code(owner, one)


def by(name, uscc):
    """A body's authority and source under a name and a code."""
    source = body(node="county")["source"]
    return {"authority": {"name": name, "code": uscc}, "source": {**source, "name": name, "code": uscc}}


COUNTY = authority_of("county")


class TestRefusalCode:
    def test_is_none_for_the_owners_own_authority(self):
        assert code() is None

    def test_names_an_owner_about_whom_nothing_is_stated(self):
        assert code(owner="village") == "member-unknown"

    @pytest.mark.parametrize(
        ("name", "uscc"),
        [
            pytest.param(*CITY, id="name-and-code"),
            pytest.param(COUNTY[0], CITY[1], id="our-code"),
            pytest.param(CITY[0], COUNTY[1], id="our-name"),
            pytest.param(f" {CITY[0]}（本级）"[:-4], COUNTY[1], id="our-name-with-a-blank"),
        ],
    )
    def test_names_an_authority_of_ours(self, name, uscc):
        assert code(changed=by(name, uscc)) == "authority-own"

    def test_names_an_authority_of_ours_even_when_a_statement_grants_it(self):
        assert code(authorities=speaking("city"), changed=by(*CITY)) == "authority-own"

    @pytest.mark.parametrize("place", ["name", "department"])
    def test_names_one_of_our_departments_as_the_source(self, place):
        source = body(node="county")["source"] | {"code": "", place: CITY[0]}
        assert code(changed={"source": source}) == "authority-own"

    @pytest.mark.parametrize(
        ("name", "uscc"),
        [
            pytest.param(*authority_of("village"), id="another-authority"),
            pytest.param(authority_of("village")[0], COUNTY[1], id="another-name-under-the-own-code"),
            pytest.param(COUNTY[0], authority_of("village")[1], id="another-code-under-the-own-name"),
        ],
    )
    def test_names_an_authority_that_is_not_the_owners(self, name, uscc):
        assert code(changed=by(name, uscc)) == "authority-foreign"

    def test_names_a_source_that_is_not_the_owners(self):
        source = body(node="county")["source"] | {"code": "", "name": authority_of("village")[0]}
        assert code(changed={"source": source}) == "authority-foreign"

    def test_lets_a_former_name_of_the_authority_pass(self):
        both = {COUNTY[1]: [COUNTY[0], "虚构旧名局"]}
        assert code(authorities=both, changed=by("虚构旧名局", COUNTY[1])) is None

    @pytest.mark.parametrize(
        ("regions", "district", "refused"),
        [
            (["320900"], "320902", False),
            (["320902"], "320902", False),
            (["320902"], "320981", True),
            (["320900"], "321002", True),
            (["320000"], "321002", False),
            (["*"], "110000", False),
            ([], "320902", True),
            ([], None, False),
        ],
    )
    def test_judges_the_region(self, regions, district, refused):
        found = code(regions=regions, changed={"district": district})
        assert found == ("region-foreign" if refused else None)

    @pytest.mark.parametrize(
        ("sources", "refused"),
        [
            ({"court": ["示例法院"]}, False),
            ({"court": ["别的法院"]}, True),
            ({"tax": ["示例法院"]}, True),
            ({}, True),
            ({"court": ["*"]}, False),
        ],
    )
    def test_judges_an_adopted_list_by_its_source(self, sources, refused):
        source = body(node="county")["source"] | {"code": "", "name": "示例法院"}
        adopted = {
            "kind": "adopted_listing",
            "authority": {"name": "示例甲区法院", "code": None},
            "scheme": {"code": "court"},
            "list_source": "示例法院",
            "source": source,
        }
        assert code(sources=sources, changed=adopted) == ("list-foreign" if refused else None)

    @pytest.mark.parametrize(("sources", "refused"), [({}, True), ({"penalty": ["虚构village监督局"]}, False)])
    def test_judges_a_penalty_of_another_authority_by_its_source(self, sources, refused):
        found = code(sources=sources, changed=by(*authority_of("village")))
        assert found == ("authority-foreign" if refused else None)


class TestParseStatement:
    @pytest.mark.parametrize(
        "changed",
        [
            {"revision": 0},
            {"revision": True},
            {"regions": ["3209"]},
            {"authorities": {COUNTY[1]: []}},
            {"authorities": {"x": ["y"]}},
            {"effective_until": "2019-01-01"},
            {"colour": "red"},
            {"type": "else"},
        ],
    )
    def test_refuses_what_is_not_sound(self, changed):
        value = canonical.loads(signed(member("county", speaking("county"))))
        with pytest.raises(MemberRefused):
            parse_statement(canonical.dumps({**value, "statement": {**value["statement"], **changed}}))

    @pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"statement":{},"signatures":[]}', b"\xff"])
    def test_refuses_what_is_no_statement(self, raw):
        with pytest.raises(MemberRefused):
            parse_statement(raw)

    def test_refuses_fewer_than_two_administrators(self):
        with pytest.raises(MemberRefused):
            parse_statement(membership.build(administrators(FIRST)))

    def test_refuses_one_key_under_two_names(self):
        with pytest.raises(MemberRefused):
            parse_statement(membership.build(administrators(FIRST, FIRST)))


class TestRequireSigned:
    def test_lets_two_administrators_pass(self):
        require_signed(parse_statement(signed(member("county", {}))), KEYS, verify)

    @pytest.mark.parametrize("signers", [(FIRST,), (FIRST, FIRST), (FIRST, THIRD), (THIRD,)])
    def test_refuses_fewer(self, signers):
        with pytest.raises(MemberRefused):
            require_signed(parse_statement(signed(member("county", {}), *signers)), KEYS, verify)

    @given(st.integers(0, 10**6))
    def test_refuses_signatures_over_another_statement(self, place):
        whole = canonical.loads(signed(member("county", speaking("county"), revision=7)))
        flat = ["node", "revision", "effective_from", "authorities", "regions"][place % 5]
        other = {
            "node": "village",
            "revision": 8,
            "effective_from": "2020-01-02",
            "authorities": speaking("village"),
            "regions": [],
        }[flat]
        changed = canonical.dumps({**whole, "statement": {**whole["statement"], flat: other}})
        with pytest.raises(MemberRefused):
            require_signed(parse_statement(changed), KEYS, verify)


class TestFindRival:
    def test_names_who_speaks_for_the_same_authority_at_the_same_time(self):
        assert find_rival(member("village", speaking("county")), [member("county", speaking("county"))]) == "county"

    def test_lets_an_authority_pass_over_on_a_day(self):
        day = dt.date(2026, 7, 1)
        before = member("county", speaking("county"), effective_until=day)
        assert find_rival(member("village", speaking("county"), effective_from=day), [before]) is None
