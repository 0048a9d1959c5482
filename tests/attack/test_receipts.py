"""Real receipts, changed in every way that comes to mind: each is refused, offline, by the route and by the page."""

import io
import json
import random

import pytest
from pypdf import PdfReader

from registry.domain.checks import receipts
from registry.domain.publication import canonical, keyring
from registry.errors import Refusal
from registry.keys.signing import Signer, verify
from registry.verifier import prove
from tests.attack import mutations
from tests.support.attacks import count
from tests.support.desk import bidder, seal, stranger
from tests.support.filings import BanFactory

pytestmark = pytest.mark.attack
ASKED_AT_THE_DOOR = 20
"""One in so many is also sent to the route and the page."""


@pytest.fixture
def genuine(desk, typed):
    """Receipts of this node, one with a second signature, and excerpts: only these are genuine; and a printed one."""
    ban = BanFactory()
    desk.published(ban)
    seal()
    checks = [
        desk.check(bidder(ban), stranger(1), stranger(2)),
        desk.check(stranger(3)),
        desk.check(bidder(ban), stranger(1)),
    ]
    assert typed("keys", "rotate", "--second")[0] == 0
    checks.append(desk.check(bidder(ban), stranger(4)))
    paths = [made.get_json()["receipt"].removeprefix("/api/v1") for made in checks]
    whole = [desk.get(path, "centre").get_data() for path in paths]
    excerpts = [receipts.excerpt(whole[0], ref) for ref in "123"] + [receipts.excerpt(whole[3], "1")]
    return [*whole, *excerpts], desk.get(f"{paths[0]}.pdf", "centre").get_data()


def forged(known: list[bytes], chance: random.Random) -> bytes:
    """A receipt that nobody gave."""
    data = chance.choice(known)
    value, other = json.loads(data), json.loads(chance.choice(known))
    choice = chance.randrange(10)
    if choice <= 2:
        return mutations.of_bytes(data, chance)
    if choice <= 5:
        return spelled(mutations.of_json(value, chance), chance)
    if choice == 6:
        value["signature"] = other["signature"]
    elif choice == 7:
        stranger_key = Signer.generate()
        kid = chance.choice((value["signature"]["kid"], stranger_key.key_id))
        statement = value["statement"]
        statement["entry"] = statement["entry"] + chance.choice((0, 1))
        return receipts.build(statement, stranger_key.sign, kid)
    elif choice == 8:
        of_lines(value["statement"]["lines"], other["statement"]["lines"], chance)
    else:
        own, foreign = value["statement"], other["statement"]
        name = chance.choice(sorted(own.keys() & foreign.keys()))
        own[name] = foreign[name]
    return spelled(value, chance)


def of_lines(lines: list, others: list, chance: random.Random) -> None:
    """Lines cut off, doubled, in another order, of another receipt, or with another verdict."""
    choice = chance.randrange(5)
    if choice == 0:
        del lines[chance.randrange(len(lines)) :]
    elif choice == 1:
        lines.append(dict(chance.choice(lines)))
    elif choice == 2:
        lines.reverse()
    elif choice == 3:
        lines[chance.randrange(len(lines))] = dict(chance.choice(others))
    else:
        verdicts = ("barred", "no_record", "on_record", "review", "unchecked")
        chance.choice(lines)["verdict"] = chance.choice(verdicts)


def spelled(value: object, chance: random.Random) -> bytes:
    """Canonical bytes where the value has them, else plain JSON."""
    if chance.random() < 0.8:
        try:
            return canonical.dumps(value)
        except (Refusal, TypeError, ValueError):
            pass
    return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")


def is_refused(data: bytes, ring: keyring.Keyring) -> bool:
    """By what `registry verify` calls."""
    try:
        prove(data, ring)
    except Refusal:
        return True
    return False


class TestReceipts:
    def test_that_were_changed_are_refused(self, desk, genuine, attack):
        known, _ = genuine
        ring = keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify)
        assert not any(is_refused(data, ring) for data in known)
        chance, wanted = random.Random(11), count(600, 10_000)
        while attack.tried < wanted:
            data = forged(known, chance)
            if data in known:
                continue
            attack.tried += 1
            attack.require(is_refused(data, ring), f"proven offline: {data[:300]!r}")
            if attack.tried % ASKED_AT_THE_DOOR == 0:
                attack.note("at the doors")
                answer = desk.ask("POST", "/api/v1/receipts/verification", data=data)
                page = desk.ask("POST", "/verify", data={"receipt": (io.BytesIO(data), "receipt.json")})
                for at in (answer, page):
                    attack.require(
                        400 <= at.status_code < 500, f"{at.status_code} at {at.request.path}: {data[:300]!r}"
                    )
        attack.assert_nothing_found()

    def test_that_were_printed_and_changed_prove_nothing_else(self, desk, genuine, attack):
        """A printed receipt is no proof; what is inside is, and only with its own bytes."""
        known, printed = genuine
        ring = keyring.parse_keyring(desk.get("/ledger/keys").get_data(), verify)
        chance = random.Random(12)
        for _ in range(count(60, 1_000)):
            data = mutations.of_bytes(printed, chance)
            attack.tried += 1
            attack.require(is_refused(data, ring), "a printed receipt taken for a proof")
            for inside in attached(data):
                attack.note("attachments read")
                attack.require(inside in known or is_refused(inside, ring), f"proven from paper: {inside[:300]!r}")
        attack.assert_nothing_found()


def attached(data: bytes) -> list[bytes]:
    """The files inside a printed receipt, as far as a reader finds any."""
    try:
        return [inside for found in PdfReader(io.BytesIO(data)).attachments.values() for inside in found]
    except Exception:  # a reader of PDF fails in as many ways as a file can be broken
        return []
