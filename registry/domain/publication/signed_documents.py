"""Build and parse signed documents: a statement and the signature over its canonical bytes. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.publication import canonical
from registry.errors import Invalid
from registry.refusals.content import NotCanonical

ALGORITHM = "Ed25519"
_SIGNATURE_FIELDS = {"alg", "kid", "value"}

Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data


@dataclass(frozen=True)
class Form:
    """What a kind of document looks like: its ``type`` (``kind`` here) and version, the fields of its statement, and
    how one that is not genuine is refused."""

    kind: str
    version: int
    fields: frozenset[str]
    refusal: type[Invalid]


@dataclass(frozen=True)
class SignedDocument:
    """A genuine document: its statement, and the id of the key that signed it."""

    statement: dict[str, Any]
    kid: str


def build(form: Form, facts: Mapping[str, Any], sign: Callable[[bytes], bytes], key_id: str) -> bytes:
    """Sign the facts as a document of a form: canonical bytes of the statement and the signature over it."""
    statement = {"type": form.kind, "version": form.version, **facts}
    signature = {"alg": ALGORITHM, "kid": key_id, "value": sign(canonical.dumps(statement)).hex()}
    return canonical.dumps({"statement": statement, "signature": signature})


def claims(form: Form, data: bytes) -> bool:
    """Whether bytes claim to be a document of a form; ``parse`` tells whether they are."""
    return f'"type":"{form.kind}"'.encode() in data


def parse(form: Form, data: bytes, keys: Mapping[str, bytes], verify: Verify) -> SignedDocument:
    """Verify a document: byte for byte what a holder of one of ``keys`` (id to raw public key) signed."""
    try:
        document: Any = canonical.loads(data)
    except NotCanonical as refusal:
        raise form.refusal(refusal.detail) from None
    if not isinstance(document, dict) or document.keys() != {"statement", "signature"}:
        raise form.refusal("应只含 statement 与 signature")
    statement, signature = document["statement"], document["signature"]
    if not isinstance(statement, dict) or statement.keys() != form.fields | {"type", "version"}:
        raise form.refusal("statement 的字段不对")
    if statement["type"] != form.kind or statement["version"] != form.version:
        raise form.refusal("不认识的类型或版本")
    if not isinstance(signature, dict) or signature.keys() != _SIGNATURE_FIELDS or signature["alg"] != ALGORITHM:
        raise form.refusal("signature 的字段不对")
    if not isinstance(signature["kid"], str) or not canonical.is_hex(signature["value"], 128):
        raise form.refusal("签名应为 128 位小写十六进制")
    if signature["kid"] not in keys:
        raise form.refusal("签名密钥不在所给公钥之中")
    if not verify(keys[signature["kid"]], bytes.fromhex(signature["value"]), canonical.dumps(statement)):
        raise form.refusal("签名不成立")
    return SignedDocument(statement, signature["kid"])
