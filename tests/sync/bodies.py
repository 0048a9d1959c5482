"""Hand-made bodies, envelopes and batches of invented firms."""

import hashlib
import secrets

from registry.domain.exchange import batch, envelope
from registry.domain.publication import canonical
from registry.domain.publication.publication import content_hash
from tools.synthetic import uscc

USCC = "91320902MA0TR0027T"
CITY = ("盐城市虚构监督局", "11320900MA0TA0016X")
"""Name and code of the authority whose decisions the city states."""


def authority_of(node):
    """(name, code) of the authority whose decisions a node states; each has one of its own."""
    if node == "city":
        return CITY
    return f"虚构{node}监督局", uscc("11320900", int(hashlib.sha256(node.encode()).hexdigest(), 16) % 10**6)


def speaking(node):
    """The authorities of a node as a statement about members has them."""
    name, code = authority_of(node)
    return {code: [name]}


def body(record=None, *, node="city", revision=1, **changed):
    """A valid public body of the node's own authority; ``changed`` names what is special."""
    name, code = authority_of(node)
    return {
        "record": record or secrets.token_hex(16),
        "revision": revision,
        "kind": "penalty",
        "act": "publish" if revision == 1 else "correct",
        "state": "published",
        "audience": "public",
        "subject": {"kind": "organisation", "name": "盐城虚构建设有限公司", "uscc": USCC},
        "document_number": "盐虚罚〔2026〕1号",
        "title": "",
        "behaviour": "N1-01",
        "behaviour_text": "围标串标",
        "facts": "与他人串通投标",
        "basis": "《中华人民共和国招标投标法》第五十三条",
        "kinds": ["02"],
        "content": "罚款人民币壹万元",
        "fine_fen": 1_000_000,
        "confiscated_fen": None,
        "permit": None,
        "decided_on": "2026-11-02",
        "effect_until": None,
        "authority": {"name": name, "code": code},
        "source": {
            "node": node,
            "name": name,
            "code": code,
            "department": f"{name}法规科",
            "channel": "api",
            "filed_on": "2026-11-03",
            "verified_on": "2026-11-04",
        },
        "sectors": ["procurement"],
        "district": "320902",
        "severity": "general",
        "is_grave": False,
        "measures": [],
        "policy": "P",
        "visible_from": "2026-11-04",
        "visible_until": "2029-11-04",
        "repairable_from": "2027-02-04",
        "publish_by": "2026-11-11",
        "filing": "0" * 64,
        **changed,
    }


def removed(shown, **changed):
    """The next version of a body, withdrawn."""
    return {
        **shown,
        "revision": shown["revision"] + 1,
        "act": "withdraw",
        "state": "withdrawn",
        "removed_on": "2026-11-20",
        "removed_because": "复议撤销",
        "changed_on": "2026-11-19",
        "removal_due": "2026-11-24",
        **changed,
    }


def sealed(signer, one, previous=None):
    """The envelope of a body as its owner makes it."""
    content = content_hash(one, previous)
    owner = one["source"]["node"]
    data = envelope.signed_bytes(one["record"], owner, one["revision"], content)
    signature = {"kid": signer.key_id, "value": signer.sign(data).hex()}
    return envelope.build(owner, one, previous, content, signature)


def chained(signer, *versions):
    """The envelopes of successive versions of one record, each naming the one before it."""
    made = []
    for one in versions:
        made.append(sealed(signer, one, made[-1]["hash"] if made else None))
    return made


def measure(**changed):
    """A valid measure of a body."""
    return {
        "code": None,
        "name": "禁止参加招标投标",
        "basis": "《中华人民共和国招标投标法》第五十三条",
        "effect": "bars",
        "discretionary": False,
        "roles": ["bidder"],
        "sectors": ["procurement"],
        "only_must_tender": True,
        "territory": "national",
        "starts_on": "2026-11-02",
        "ends_on": "2027-11-02",
        **changed,
    }


def batch_of(sender, *envelopes):
    """The bytes of a batch."""
    return batch.build(sender, "1", envelopes, [1], {})


def refit(value, **changed):
    """A batch with changed top fields, canonical again."""
    return canonical.dumps({**batch.loads(value), **changed})
