"""Blank bodies are valid under the type of every kind, and nothing of the subject is left in them."""

import datetime as dt
import json

import msgspec
import pytest

from registry.domain import records
from registry.domain.exchange import record_schema
from registry.domain.publication import erasure
from tests.domain.exchange.test_envelope_versions import commendation, listing, penalty

DAY = dt.date(2026, 11, 20)
SECTORS = {"procurement", "construction", "tendering"}


def adopted():
    """A place on an adopted list, made of one that was decided here."""
    body = listing()
    dropped = {"reasons", "exit", "severity", "repairable_from", "grounds", "responsible", "remedies"}
    return {name: value for name, value in body.items() if name not in dropped} | {
        "kind": "adopted_listing", "content": "列入原因", "list_source": "虚构机关", "as_of": "2026-11-01",
    }  # fmt: skip


def filed(kind, **fields):
    """A record of a court or an authority."""
    return commendation() | {"kind": kind} | fields


BODIES = {
    "penalty": penalty(),
    "listing": listing(),
    "adopted_listing": adopted(),
    "commendation": commendation(),
    "criminal_judgment": {name: value for name, value in filed(
        "criminal_judgment", offence="串通投标罪", punishment="罚金", effective_on="2026-10-01", is_of_business=True
    ).items() if name != "title"},
    "handling_decision": {name: value for name, value in filed(
        "handling_decision", matter="complaint", project="虚构工程", outcome="投诉成立"
    ).items() if name != "title"},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(BODIES))
class TestClosingBody:
    def test_is_valid_for_peers(self, kind):
        closing = erasure.closing_body(BODIES[kind], "依法删除", DAY)
        faults = record_schema.faults(closing, {*BODIES[kind]["sectors"]})
        assert faults == []

    def test_has_nothing_of_the_subject_or_the_decision(self, kind):
        body = BODIES[kind]
        left = json.dumps(erasure.closing_body(body, "依法删除", DAY), ensure_ascii=False)
        gone = [
            body["subject"]["name"],
            body["document_number"],
            body["facts"] or "—",
            body["basis"],
            body["decided_on"],
        ]
        assert [text for text in gone if text in left] == []

    def test_blanked_again_does_not_change(self, kind):
        blank = erasure.erased_body(BODIES[kind], DAY)
        assert erasure.erased_body(blank, DAY) == blank
        msgspec.convert(blank, records.KINDS[kind].body)


def test_every_exchanged_kind_about_a_subject_is_tried():
    exchanged = {code for code, kind in records.KINDS.items() if kind.is_exchanged}
    assert exchanged - {"list_state"} == BODIES.keys()
