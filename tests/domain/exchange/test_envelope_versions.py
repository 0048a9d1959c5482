"""Nodes of three ages speak with each other: bodies without a number, of this schema, and of the next one."""

import base64
import copy
import json
from functools import partial

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.exchange import batch, envelope
from registry.domain.exchange.envelope import Outcome, Sender, judge_envelope, parse
from registry.domain.exchange.membership import Members
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical
from registry.domain.records import SCHEMA, known_fields
from registry.keys.signing import Signer, verify
from registry.models import Publication
from registry.queries import integrity
from registry.queries.exchange import peer_messages
from registry.services.exchange import inbox, outbox, peers
from tests.support.desk import Desk
from tests.support.membership import entitle, member
from tests.sync.bodies import USCC, batch_of, body, chained, measure, removed, sealed, speaking

SECTORS = ("procurement", "construction")
NEXT = SCHEMA + 1
PLATFORM, COUNTY = Signer.generate(), Signer.generate()
WORD = "未知之词"
"""Stands in every unknown field, so that it can be looked for wherever something is shown."""
RESIDENT = "11010519491231002X"  # the example number of GB 11643
UNREADABLE = [NEXT + 1, 99, -1, "1", True, False, None, [], {}]


def unknown():
    """A field of the next schema, as deep as one may be."""
    return {"grade": WORD, "steps": [{"name": WORD, "at": [1, None, True, {WORD: WORD}]}], "empty": {}}


def enriched(one):
    """A body with an unknown field in every object of it."""
    made = copy.deepcopy(one)
    for value in [made, *_objects(made)]:
        value["rating"] = unknown()
    return made


def _objects(value):
    """Every object inside a value, at any depth."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for one in held for found in [*([one] if isinstance(one, dict) else []), *_objects(one)]]


def penalty(**changed):
    """A penalty of the platform with a ban."""
    resting = [{"from": "2026-11-05", "until": None}]
    return body(node="platform", measures=[measure()], **{"suspensions": resting, **changed})


def listing():
    """A place on a list, which holds more kinds of objects than the others."""
    ground = {
        "kind": "penalty",
        "record": "a" * 32,
        "document_number": "盐虚罚〔2026〕1号",
        "authority": "盐城市虚构监督局",
        "decided_on": "2026-11-02",
    }
    made = {
        **body(node="platform"),
        "kind": "listing",
        "scheme": {"code": "procurement-serious", "name": "名单", "basis": "示例办法", "basis_level": "rule"},
        "reasons": "情节严重",
        "exit": "期满移出",
        "starts_on": "2026-11-04",
        "ends_on": "2028-11-04",
        "grounds": [ground],
        "responsible": [{"name": "卞示例", "role": "法定代表人", "as_of": "2026-11-02"}],
        "remedies": {"reconsideration_until": "2027-01-03", "litigation_until": "2027-05-04"},
    }
    for name in (
        "title",
        "behaviour_text",
        "kinds",
        "content",
        "fine_fen",
        "confiscated_fen",
        "permit",
        "effect_until",
    ):
        del made[name]
    return made


def commendation():
    """A good record."""
    made = {**listing(), "kind": "commendation", "title": "守信企业"}
    for name in ("scheme", "reasons", "exit", "severity", "repairable_from", "starts_on", "ends_on", "grounds",
                 "responsible", "remedies"):  # fmt: skip
        del made[name]
    return made


KINDS = {"penalty": penalty, "listing": listing, "commendation": commendation}
every_kind = pytest.mark.parametrize("kind", KINDS)


def later(one):
    """The body as a node of the next schema would write it."""
    return {**enriched(one), "schema": NEXT}


def faults(value):
    """Where an envelope is refused and why; nothing when it is taken."""
    found = parse(value, SECTORS)
    return [] if isinstance(found, envelope.Envelope) else [(fault.pointer, fault.code) for fault in found]


class TestParse:
    @every_kind
    @pytest.mark.parametrize("schema", [None, SCHEMA, NEXT])
    def test_takes_a_body_of_three_ages(self, kind, schema):
        one = KINDS[kind]() | ({} if schema is None else {"schema": schema})
        value = sealed(PLATFORM, one)
        assert value.get("schema") == schema
        found = parse(value, SECTORS)
        assert isinstance(found, envelope.Envelope), found
        assert found.body == one

    @every_kind
    def test_keeps_what_it_does_not_know_of_the_next_schema(self, kind):
        one = later(KINDS[kind]())
        before = canonical.dumps(one)
        found = parse(sealed(PLATFORM, one), SECTORS)
        assert isinstance(found, envelope.Envelope), found
        assert canonical.dumps(found.body) == before

    @every_kind
    def test_verifies_signature_and_hash_over_the_unknown_too(self, kind):
        members = Members({"platform": member("platform", speaking("platform"))})
        sender = Sender({"platform"}, {"platform": {PLATFORM.key_id: partial(verify, PLATFORM.public)}}, members)
        value = sealed(PLATFORM, later(KINDS[kind]()))
        assert judge_envelope(None, parse(value, SECTORS), sender) == Outcome("accepted")
        value["body"]["rating"]["grade"] = "改"
        assert judge_envelope(None, parse(value, SECTORS), sender) == Outcome("rejected", "hash-wrong")

    def test_takes_an_envelope_of_the_next_schema_with_more_in_it(self):
        assert faults({**sealed(PLATFORM, later(penalty())), "note": WORD}) == []

    @pytest.mark.parametrize("schema", UNREADABLE, ids=repr)
    def test_refuses_a_schema_further_on_or_none_at_all(self, schema):
        assert faults(sealed(PLATFORM, penalty(schema=schema))) == [("/schema", "schema")]
        for envelope_schema in (None, SCHEMA, NEXT):
            outside = {} if envelope_schema is None else {"schema": envelope_schema}
            value = sealed(PLATFORM, penalty())
            assert faults({**value, **outside, "body": {**value["body"], "schema": schema}}) == [
                ("/body/schema", "schema-unsupported")
            ]

    @every_kind
    @pytest.mark.parametrize("schema", [None, SCHEMA])
    def test_refuses_the_unknown_at_any_depth_under_a_schema_it_knows(self, kind, schema):
        numbered = {} if schema is None else {"schema": schema}
        plain = KINDS[kind]()
        assert faults(sealed(PLATFORM, {**plain, **numbered, "rating": WORD})) == [("/body", "unknown-field")]
        for place, inner in enumerate(_objects(plain)):
            one = copy.deepcopy(plain) | numbered
            _objects(one)[place]["rating"] = WORD
            assert [code for _, code in faults(sealed(PLATFORM, one))] == ["unknown-field"], inner
        assert faults({**sealed(PLATFORM, {**plain, **numbered}), "note": WORD}) == [("", "schema")]

    @pytest.mark.parametrize(
        ("outside", "inside"),
        [(None, SCHEMA), (None, NEXT), (SCHEMA, None), (SCHEMA, NEXT), (NEXT, None), (NEXT, SCHEMA), (0, None), (0, 1)],
    )
    def test_refuses_an_envelope_of_another_schema_than_its_body(self, outside, inside):
        value = sealed(PLATFORM, penalty(**({} if inside is None else {"schema": inside})))
        value.pop("schema", None)
        told = faults(value if outside is None else {**value, "schema": outside})
        assert told == [("/schema", "contradiction")]

    def test_knows_no_schema_called_nought(self):
        assert faults(sealed(PLATFORM, penalty(schema=0))) == [("/body/schema", "wrong-value")]

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"basis": ""}, "/body/basis"),
            ({"fine_fen": "1"}, "/body/fine_fen"),
            ({"state": "forgotten"}, "/body/state"),
            ({"sectors": ["moon"]}, "/body/sectors"),
            ({"audience": "authorised"}, "/body/audience"),
            ({"measures": [measure(effect="blocks")]}, "/body/measures/0/effect"),
            ({"measures": [measure(), "x"]}, "/body/measures/1"),
        ],
    )
    def test_holds_what_it_knows_of_the_next_schema_to_its_rules(self, changed, pointer):
        assert pointer in [at for at, _ in faults(sealed(PLATFORM, {**later(penalty()), **changed}))]

    @pytest.mark.parametrize("name", ["basis", "source", "subject", "measures", "act"])
    def test_misses_what_the_next_schema_leaves_out(self, name):
        one = later(penalty())
        del one[name]
        value = sealed(PLATFORM, later(penalty())) | {"body": one}
        assert faults(value) == [(f"/body/{name}", "missing")]

    @pytest.mark.parametrize(
        "hidden", [RESIDENT, [RESIDENT], {"a": [{"b": f"身份证号{RESIDENT}"}]}, {RESIDENT: 1}, {"a": {RESIDENT: 1}}]
    )
    @pytest.mark.parametrize("at", ["", "subject", "source"])
    def test_refuses_a_persons_number_where_it_knows_no_field(self, hidden, at):
        one = later(penalty())
        (one[at] if at else one)["extra"] = hidden
        told = parse(sealed(PLATFORM, one), SECTORS)
        assert {fault.code for fault in told} == {"personal-number"}
        assert RESIDENT not in repr(told)


class TestKnownFields:
    @every_kind
    def test_are_those_of_the_body_before_it_was_enriched(self, kind):
        plain = KINDS[kind]()
        assert known_fields(later(plain)) == {**plain, "schema": NEXT}

    @every_kind
    @pytest.mark.parametrize("schema", [None, SCHEMA])
    def test_are_all_of_a_body_of_a_schema_that_is_known(self, kind, schema):
        one = KINDS[kind]() | ({} if schema is None else {"schema": schema})
        assert known_fields(one) == one


def receive(*envelopes):
    """What became of each envelope of a batch from the platform."""

    def act(work):
        return inbox.receive(work, peer_messages.peer(work.session, "platform"), batch_of("platform", *envelopes))

    lines = json.loads(runtime.perform(SYSTEM, act))["results"]
    return [(line["outcome"], line.get("code")) for line in lines]


def stored():
    """All publications, oldest first."""
    with runtime.reading() as session:
        return list(session.scalars(select(Publication).order_by(Publication.from_entry)))


@pytest.fixture
def known(app):
    """A node that takes from the platform and passes on to the county."""

    def act(work):
        peers.add(work, "platform", "平台", "https://platform.example", PLATFORM.public.hex(), [])
        peers.add(work, "county", "县", "https://county.example", COUNTY.public.hex(), [])
        entitle(work, "platform", speaking("platform"))

    runtime.perform(SYSTEM, act)
    return app


class TestNode:
    @every_kind
    def test_stores_the_next_schema_byte_for_byte(self, known, kind):
        one = later(KINDS[kind]())
        assert receive(sealed(PLATFORM, one)) == [("accepted", None)]
        [row] = stored()
        assert row.body.encode() == canonical.dumps(one)
        with runtime.reading() as session:
            assert list(integrity.findings(session, runtime.keys(), "city", lambda _: None)) == []

    @every_kind
    def test_passes_it_on_as_it_came(self, known, kind):
        came = sealed(PLATFORM, later(KINDS[kind]()))
        receive(came)

        def pushed(work):
            return outbox.take_due(work, peer_messages.peer(work.session, "county"), 10)

        [(entry, value)] = runtime.perform(SYSTEM, pushed)
        assert (entry, canonical.dumps(value)) == (1, canonical.dumps(came))
        with runtime.reading() as session:
            changes = peer_messages.changes(session, "county", 0, 1, 10)
            pulled = [outbox.envelope_of(one, "city", runtime.keys().exchange) for one in changes]
        assert [canonical.dumps(one) for one in pulled] == [canonical.dumps(came)]
        assert parse(json.loads(canonical.dumps(value)), SECTORS).body == came["body"]

    @every_kind
    def test_shows_nobody_what_it_does_not_know(self, known, people, kind):
        one = later(KINDS[kind]())
        receive(sealed(PLATFORM, one))
        door, record = Desk(known.test_client(), people), one["record"]
        shown = door.get(f"/records/{record}")
        assert shown.status_code == 200
        plain = KINDS[kind]()
        assert {name: shown.get_json()[name] for name in ("subject", "facts", "measures")} == {
            name: plain[name] for name in ("subject", "facts", "measures")
        }
        for path in (f"/records/{record}", f"/records/{record}/history", "/records", f"/records?q={USCC}"):
            _without_unknown(door.get(path))
        assert door.found(uscc=USCC) == [record]
        for path in (f"/records/{record}", "/records", f"/records?q={USCC}", "/"):
            _without_unknown(door.client.get(path))

    def test_discloses_no_field_that_it_does_not_know(self, known, people):
        one = later(penalty())
        receive(sealed(PLATFORM, one))
        door = Desk(known.test_client(), people)
        assert door.get(f"/records/{one['record']}?field=rating").status_code == 404
        answer = door.get(f"/records/{one['record']}?field=basis")
        assert answer.get_json()["disclosure"]["value"] == one["basis"]

    def test_does_not_disclose_the_unknown_within_a_field_that_it_knows(self, known, people):
        one = later(penalty())
        receive(sealed(PLATFORM, one))
        _without_unknown(Desk(known.test_client(), people).get(f"/records/{one['record']}?field=subject"))

    def test_checks_by_what_it_knows(self, known, people):
        one = later(penalty(suspensions=[{"from": "2026-11-05", "until": "2026-11-06"}]))
        receive(sealed(PLATFORM, one))
        door = Desk(known.test_client(), people)
        ask = {"tender": {"sector": "procurement", "must_tender": True}, "on": "2026-11-20"}
        answer = door.check({"name": one["subject"]["name"], "uscc": USCC}, **ask)
        assert [line["verdict"] for line in answer.get_json()["verdicts"]] == ["barred"]
        _without_unknown(answer)
        _without_unknown(door.get(answer.get_json()["receipt"].removeprefix("/api/v1"), "centre"))

    def test_leaves_a_tombstone_of_a_withdrawn_one(self, known, people):
        first = later(penalty())
        last = removed(first)
        assert receive(*chained(PLATFORM, first, last)) == [("accepted", None)] * 2
        door = Desk(known.test_client(), people)
        answer = door.get(f"/records/{first['record']}")
        assert answer.get_json()["removed_because"] == last["removed_because"]
        _without_unknown(answer)
        _without_unknown(door.client.get(f"/records/{first['record']}"))

    def test_follows_a_record_from_schema_to_schema(self, known):
        first = penalty()
        versions = [first, *({**first, "revision": 2 + place, "act": "correct", "schema": SCHEMA + place}
                             for place in range(2)), {**removed(first), "revision": 4}]  # fmt: skip
        versions[2] = enriched(versions[2])
        assert receive(*chained(PLATFORM, *versions)) == [("accepted", None)] * 4
        assert [row.body.encode() for row in stored()] == [canonical.dumps(one) for one in versions]

    @pytest.mark.parametrize("schema", UNREADABLE, ids=repr)
    def test_quarantines_what_it_cannot_read_and_takes_the_rest(self, known, schema):
        bad, good = penalty(schema=schema), later(penalty())
        assert receive(sealed(PLATFORM, bad), sealed(PLATFORM, good)) == [("rejected", "schema"), ("accepted", None)]
        with runtime.reading() as session:
            [waiting] = [one.item for one in peer_messages.quarantined(session)]
        kept = json.loads(runtime.keys().vault.open(base64.b64decode(waiting.envelope)))
        assert (waiting.record, kept) == (bad["record"], sealed(PLATFORM, bad))
        assert [row.record for row in stored()] == [good["record"]]

    @pytest.mark.parametrize("schema", [None, SCHEMA])
    def test_quarantines_the_unknown_under_a_schema_that_it_knows(self, known, schema):
        one = enriched(penalty()) | ({} if schema is None else {"schema": schema})
        assert receive(sealed(PLATFORM, one)) == [("rejected", "schema")]
        assert stored() == []

    def test_reads_a_batch_of_three_ages(self, known):
        made = [penalty(), penalty(schema=SCHEMA), later(penalty())]
        raw = batch_of("platform", *(sealed(PLATFORM, one) for one in made))
        assert [value.get("schema") for value in batch.parse_batch(raw, 10).records] == [None, SCHEMA, NEXT]
        assert receive(*(sealed(PLATFORM, one) for one in made)) == [("accepted", None)] * 3


def _without_unknown(answer):
    """Neither the value of an unknown field nor its name is told."""
    text = answer.get_data().decode()
    assert answer.status_code in (200, 201, 404, 410), text
    for hidden in (WORD, WORD.encode("unicode_escape").decode(), "rating"):
        assert hidden not in text
