"""Messages of a hostile peer at the exchange's door: each is refused or waits, and stops nothing else."""

import json
import random
from typing import Any

import pytest
import requests

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical
from registry.errors import Refusal
from registry.keys.httpsig import sign_request
from registry.keys.signing import Signer
from registry.queries import integrity
from registry.services.exchange import members, peers
from tests.attack import mutations
from tests.support.attacks import count
from tests.support.membership import entitle, member, signed
from tests.sync.bodies import authority_of, batch_of, body, refit, sealed, speaking

pytestmark = pytest.mark.attack
HOST = "http://localhost"
STORED_NEVER = frozenset({"rejected", "conflict"})


@pytest.fixture
def peer(app):
    """The key of a peer that this node knows and that may speak for its own authority."""
    signer = Signer.generate()

    def act(work):
        peers.add(work, "platform", "platform", "http://127.0.0.1:9", signer.public.hex(), ())
        entitle(work, "platform", speaking("platform"))

    runtime.perform(SYSTEM, act)
    return signer


def send(client, signer: Signer, raw: bytes, route: str = "batches") -> Any:
    """A signed message at the door."""
    prepared = requests.Request("POST", f"{HOST}/exchange/v1/{route}", data=raw).prepare()
    sign_request(prepared, signer, signer.key_id, runtime.clock())
    return client.post(f"/exchange/v1/{route}", data=raw, headers=dict(prepared.headers))


def hostile(signer: Signer, chance: random.Random) -> tuple[Any, bool]:
    """An envelope that is none, or of a body that its owner never should sign; whether its owner did sign it."""
    good = body(node="platform", document_number=f"盐虚罚〔2026〕{chance.randrange(10**9)}号")
    if chance.random() < 0.5:
        genuine = sealed(signer, good)
        changed = mutations.of_json(genuine, chance)
        return changed, _as_text(changed) == _as_text(genuine)  # chance may put back what was there
    changed = mutations.of_json(good, chance)
    try:
        return sealed(signer, changed), True
    except (Refusal, KeyError, TypeError, ValueError):  # a body of which no envelope can be made
        return changed, False


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def batch(signer: Signer, records: list[Any]) -> bytes | None:
    """A batch of these, as far as one can be made of them."""
    try:
        return batch_of("platform", *records)
    except (Refusal, TypeError, ValueError):
        return None


class TestBatches:
    def test_with_hostile_records_leave_the_good_ones_alone(self, client, peer, attack):
        chance = random.Random(71)
        while attack.tried < count(120, 3_000):
            good = [sealed(peer, body(node="platform")) for _ in range(2)]
            bad, was_signed = hostile(peer, chance)
            raw = batch(peer, [good[0], bad, good[1]])
            if raw is None or bad in good:
                continue
            answer = send(client, peer, raw)
            attack.look(f"batch {attack.tried}", answer)
            if answer.status_code == 200:
                outcomes = [line["outcome"] for line in answer.get_json(force=True)["results"]]
                attack.note(f"outcome {outcomes[1]}")
                attack.require(outcomes[::2] == ["accepted"] * 2, f"good records stopped by {json.dumps(bad)[:300]}")
                attack.require(was_signed or outcomes[1] != "accepted", f"accepted unsigned {json.dumps(bad)[:300]}")
                if outcomes[1] == "accepted":
                    for path in (f"/api/v1/records/{bad['record']}", f"/records/{bad['record']}"):
                        attack.look(f"{path} of {json.dumps(bad)[:200]}", client.get(path))
            elif answer.status_code < 500:
                code = answer.get_json(force=True)["code"]
                attack.note(f"whole batch {code}")
                attack.require(code.startswith("batch-"), f"batch refused as {code}: {json.dumps(bad)[:200]}")
        with runtime.begin() as work:
            for found in integrity.findings(work.session, work.keys, work.settings.node, lambda _: None):
                attack.find(found)
        attack.assert_nothing_found()

    def test_that_are_none_are_refused_whole(self, client, peer, attack):
        chance = random.Random(72)
        for number in range(count(120, 3_000)):
            whole = batch_of("platform", sealed(peer, body(node="platform")))
            choice = chance.randrange(3)
            if choice == 0:
                raw = mutations.of_bytes(whole, chance)
            elif choice == 1:
                raw = json.dumps(mutations.of_json(json.loads(whole), chance)).encode(errors="surrogatepass")
            else:
                name = chance.choice(("from", "epoch", "first", "last", "records", "digest"))
                try:
                    raw = refit(whole, **{name: chance.choice(mutations.STRANGE)})
                except (Refusal, TypeError, ValueError):
                    continue
            for route in ("batches", "receipts", "cosignatures"):
                answer = send(client, peer, raw, route)
                attack.look(f"{route} {number}", answer)
                if route == "batches" and answer.status_code == 200:
                    parsed = canonical.loads(raw)
                    attack.require(
                        parsed["digest"] == canonical.digest(parsed["records"]).hex(), f"batch {number} taken"
                    )
        answer = send(client, peer, batch_of("platform", sealed(peer, body(node="platform"))))
        attack.require(answer.status_code == 200, f"a good batch afterwards: {answer.status_code}")
        attack.assert_nothing_found()

    def test_signed_by_nobody_known_are_refused(self, client, peer, attack):
        for _ in range(count(5, 100)):
            raw = batch_of("platform", sealed(peer, body(node="platform")))
            answer = send(client, Signer.generate(), raw)
            attack.look("a batch signed by a stranger", answer)
            attack.require(answer.status_code == 403, f"{answer.status_code} to a stranger")
        attack.assert_nothing_found()


class TestMembers:
    def test_that_nobody_stated_are_refused(self, client, peer, attack):
        """Statements about members changed in any way: none but the genuine content is taken, and that only with the
        signatures of two administrators."""
        chance = random.Random(73)
        name, code = authority_of("city")
        genuine = signed(member("platform", {code: [name]}, revision=9))
        while attack.tried < count(100, 2_000):
            if chance.random() < 0.5:
                raw = mutations.of_bytes(genuine, chance)
            else:
                changed = mutations.of_json(json.loads(genuine), chance)
                raw = json.dumps(changed, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
                    errors="replace"
                )
            if raw == genuine:
                continue
            attack.tried += 1
            try:
                is_new = runtime.perform(SYSTEM, lambda work, raw=raw: members.load(work, raw))
                attack.note("the genuine content taken" if is_new else "known already")
                attack.require(_is_genuine(json.loads(raw), json.loads(genuine), is_new), f"loaded {raw[:300]!r}")
            except Refusal as refusal:
                attack.note(refusal.code)
        attack.assert_nothing_found()


def _is_genuine(found: dict[str, Any], genuine: dict[str, Any], is_new: bool) -> bool:
    """Whether a statement is the genuine one, with its signatures where it is taken for the first time."""
    stated = [{name: value for name, value in one.items() if name != "signatures"} for one in (found, genuine)]
    signatures = [one for one in genuine["signatures"] if one in found["signatures"]]
    return _as_text(stated[0]) == _as_text(stated[1]) and (len(signatures) >= 2 or not is_new)
