"""The messages between nodes in docs/exchange.md are those that the program takes, under the keys that stand there."""

import json
import re
from functools import partial
from pathlib import Path

from registry.domain.exchange import batch, envelope, membership, reconciliation
from registry.domain.publication import canonical
from registry.keys.signing import key_id_of, verify

TEXT = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text("utf-8")
MESSAGES = {name: text.encode() for name, text in re.findall(r"```json node-(\w+)\n(.*?)\n```", TEXT, re.DOTALL)}
COUNTY, CITY = map(
    bytes.fromhex, re.search(r"public key\s`([0-9a-f]{64})`, the node `city` `([0-9a-f]{64})`", TEXT).groups()
)


def test_batch_and_page_hold_an_envelope_that_its_owner_signed():
    pushed, pulled = (batch.parse_batch(MESSAGES[name], 1000) for name in ("batch", "page"))
    assert pushed.records == pulled.records
    assert (pushed.next, pulled.next, pulled.head) == (None, 7, 9)
    found = envelope.parse(pushed.records[0], {"procurement"}, encoded=pushed.encoded[0])
    verifiers = {"county": {key_id_of(COUNTY): partial(verify, COUNTY)}}
    outcome = envelope.judge_envelope(None, found, envelope.Sender({"county"}, verifiers, membership.Members()))
    assert outcome.code == membership.MEMBER_UNKNOWN  # the last of the checks: hash and signature are right


def test_receipt_is_of_the_batch_and_signed():
    receipt, kid, signature = batch.parse_delivery_receipt(MESSAGES["receipt"])
    assert receipt["batch"] == json.loads(MESSAGES["batch"])["digest"]
    assert kid == key_id_of(CITY)
    assert verify(CITY, bytes.fromhex(signature), canonical.dumps(receipt))


def test_sheet_is_the_digest_of_the_rows():
    sheet, rows = (json.loads(MESSAGES[name]) for name in ("sheet", "rows"))
    buckets = reconciliation.buckets(tuple(row) for row in rows["records"])
    assert sheet["buckets"] == {str(number): reconciliation.digest(part) for number, part in buckets.items()}
