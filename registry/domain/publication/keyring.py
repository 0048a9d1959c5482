"""Signing keys of a node: validity, rotation, revocation, and endorsement of each key by the one before.

The document of public keys is canonical JSON, signed whole by the newest key. Every later key is endorsed by the one
before it, so that whoever trusts one key can follow the chain to the next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from registry.domain.publication import canonical, signed_notes
from registry.domain.publication.cosignatures import WitnessPolicy
from registry.domain.publication.log_identity import is_origin_of
from registry.keys.signing import key_id_of
from registry.refusals.content import KeysMalformed, NotCanonical, NoteRefused

Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data

TYPE, VERSION, ALGORITHM, SECOND_ALGORITHM = "signing-keys", 1, "Ed25519", "SM2-SM3"
SECOND_KEY_BYTES = 65
SLACK = timedelta(minutes=10)
"""Tolerance at both ends of a key's validity, for acts under way at a rotation and clocks that differ."""

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_FIELDS = {"kid", "alg", "public", "from", "until", "endorsed", "revoked_at", "revoked_because"}


@dataclass(frozen=True)
class Key:
    """A signing key. ``since`` None: from the beginning. ``endorsed`` is the signature (hex) of the key before it."""

    public: bytes
    since: str | None = None
    endorsed: str | None = None
    revoked_at: str | None = None
    revoked_because: str | None = None

    @property
    def kid(self) -> str:
        """Id of the key."""
        return key_id_of(self.public)


@dataclass(frozen=True)
class Keyring:
    """All keys that a node has signed with, oldest first, never empty; the last one signs now. ``policy`` names the
    witnesses of its checkpoints, ``second`` the SM2 keys that signed beside, oldest first."""

    node: str
    keys: tuple[Key, ...]
    policy: WitnessPolicy | None = None
    second: tuple[bytes, ...] = ()

    @property
    def newest(self) -> Key:
        """The key that signs now."""
        return self.keys[-1]

    def publics(self) -> dict[str, bytes]:
        """Raw public keys by key id, revoked ones included."""
        return {key.kid: key.public for key in self.keys}

    def key(self, kid: str) -> Key | None:
        """The key with this id, None if there is none."""
        return next((key for key in self.keys if key.kid == kid), None)

    def second_key(self, kid: str) -> bytes | None:
        """The SM2 key with this id, None if there is none."""
        return next((public for public in self.second if key_id_of(public) == kid), None)

    def until(self, kid: str) -> str | None:
        """The instant when the next key took over; None for the newest key."""
        following = {before.kid: after.since for before, after in pairwise(self.keys)}
        return following.get(kid)

    def was_signing_key(self, kid: str, instant: datetime) -> bool:
        """Whether the key was the signing key at an instant, even if it was revoked later."""
        key, until = self.key(kid), self.until(kid)
        return (
            key is not None
            and (key.since is None or read_instant(key.since) - SLACK <= instant)
            and (until is None or instant < read_instant(until) + SLACK)
        )

    def open_note(self, note: str, verify: Verify, *, good_only: bool = False) -> tuple[str, Key]:
        """Verify a checkpoint of this node: its text, and the newest of its keys that signed it.

        The key's name is the origin, the checkpoint's first line. Refuses ``NoteRefused``.

        ``good_only``: signatures of revoked keys do not count.
        """
        origin = note.partition("\n")[0]
        if not is_origin_of(self.node, origin):
            raise NoteRefused("检查点属于另一个账本")
        for key in reversed(self.keys):
            if good_only and key.revoked_at:
                continue
            try:
                return signed_notes.open_note(note, {origin: key.public}, verify), key
            except NoteRefused:
                continue
        raise NoteRefused("没有已知密钥的签名")


def write_instant(instant: datetime) -> str:
    """Format an instant as in receipts and keys: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime(_INSTANT)


def read_instant(text: str) -> datetime:
    """Parse an instant written by ``write_instant``; ValueError for anything else."""
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)


def succession(node: str, before: bytes, public: bytes, since: str) -> bytes:
    """Bytes that the key ``before`` signs to endorse its successor."""
    return canonical.dumps(
        {
            "type": "key-succession",
            "node": node,
            "before": key_id_of(before),
            "public": public.hex(),
            "from": since,
        }
    )


def build(ring: Keyring, sign: Callable[[bytes], bytes]) -> bytes:
    """Build the document of public keys, signed by the newest of them."""
    document: dict[str, Any] = {
        "type": TYPE,
        "version": VERSION,
        "node": ring.node,
        "keys": [
            {
                "kid": key.kid,
                "alg": ALGORITHM,
                "public": key.public.hex(),
                "from": key.since,
                "until": ring.until(key.kid),
                "endorsed": key.endorsed,
                "revoked_at": key.revoked_at,
                "revoked_because": key.revoked_because,
            }
            for key in ring.keys
        ],
    }
    if ring.policy is not None:
        document["witnesses"] = {
            "required": ring.policy.required,
            "keys": [{"name": name, "public": public.hex()} for name, public in sorted(ring.policy.keys.items())],
        }
    if ring.second:
        document["second_keys"] = [
            {"kid": key_id_of(public), "alg": SECOND_ALGORITHM, "public": public.hex()} for public in ring.second
        ]
    signature = {"kid": ring.newest.kid, "value": sign(canonical.dumps(document)).hex()}
    return canonical.dumps({**document, "signature": signature})


def parse_keyring(data: bytes, verify: Verify) -> Keyring:
    """Parse and verify a document of public keys: signed by its newest key, each endorsed by the one before.

    Refuses ``KeysMalformed``. It proves itself only to whoever trusts one of the keys: compare its id.
    """
    document = _parse_document(data)
    signature = document.pop("signature")
    if (document["type"], document["version"]) != (TYPE, VERSION) or not isinstance(document["node"], str):
        raise KeysMalformed("不认识的公钥文件类型或版本")
    if not isinstance(document["keys"], list) or not document["keys"]:
        raise KeysMalformed("公钥文件中没有公钥")
    policy = _parse_policy(document["witnesses"]) if "witnesses" in document else None
    second = _parse_second_keys(document.get("second_keys", []))
    ring = Keyring(document["node"], tuple(_parse_key(key_data) for key_data in document["keys"]), policy, second)
    if [key_data["until"] for key_data in document["keys"]] != [ring.until(key.kid) for key in ring.keys]:
        raise KeysMalformed("公钥的停用时刻与后继公钥的启用时刻不符")
    if problem := chain_fault(ring, verify):
        raise KeysMalformed(problem)
    if not isinstance(signature, dict) or signature.keys() != {"kid", "value"}:
        raise KeysMalformed("公钥文件没有签名")
    if signature["kid"] != ring.newest.kid or not canonical.is_hex(signature["value"], 128):
        raise KeysMalformed("公钥文件应由最新的公钥签名")
    if not verify(ring.newest.public, bytes.fromhex(signature["value"]), canonical.dumps(document)):
        raise KeysMalformed("公钥文件的签名不成立")
    return ring


def chain_fault(ring: Keyring, verify: Verify) -> str | None:
    """The fault in the chain of keys, None when each is endorsed by the one before."""
    if len(ring.publics()) != len(ring.keys):
        return "公钥重复"
    if ring.keys[0].endorsed is not None:
        return "第一把公钥之前没有公钥"
    if ring.newest.revoked_at is not None:
        return "最新的公钥已被撤销"
    for before, after in pairwise(ring.keys):
        if after.since is None or (before.since is not None and before.since >= after.since):
            return "公钥启用的先后不对"
        endorsed_bytes = succession(ring.node, before.public, after.public, after.since)
        if after.endorsed is None or not verify(before.public, bytes.fromhex(after.endorsed), endorsed_bytes):
            return f"公钥 {after.kid} 没有得到前一把公钥的背书"
    return None


def _parse_document(data: bytes) -> dict[str, Any]:
    try:
        document = canonical.loads(data)
    except NotCanonical as refusal:
        raise KeysMalformed(f"公钥文件：{refusal.detail}") from None
    expected = {"type", "version", "node", "keys", "signature"}
    if not isinstance(document, dict) or document.keys() - {"witnesses", "second_keys"} != expected:
        raise KeysMalformed("公钥文件的字段不对")
    return document


def _parse_policy(value: object) -> WitnessPolicy:
    if not isinstance(value, dict) or value.keys() != {"required", "keys"} or not isinstance(value["keys"], list):
        raise KeysMalformed("见证方的字段不对")
    keys: dict[str, bytes] = {}
    for row in value["keys"]:
        if not isinstance(row, dict) or row.keys() != {"name", "public"} or not isinstance(row["name"], str):
            raise KeysMalformed("见证方的字段不对")
        if row["name"] in keys or not canonical.is_hex(row["public"], 64):
            raise KeysMalformed("见证方重复，或者其公钥不是 64 位小写十六进制")
        keys[row["name"]] = bytes.fromhex(row["public"])
    if type(value["required"]) is not int or not 1 <= value["required"] <= len(keys) == len(set(keys.values())):
        raise KeysMalformed("要求的见证方数目不对，或者两个见证方共用公钥")
    return WitnessPolicy(value["required"], keys)


def _parse_second_keys(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not all(
        isinstance(row, dict) and row.keys() == {"kid", "alg", "public"} and row["alg"] == SECOND_ALGORITHM
        for row in value
    ):
        raise KeysMalformed("第二公钥的字段不对")
    publics = [bytes.fromhex(row["public"]) for row in value if canonical.is_hex(row["public"], 2 * SECOND_KEY_BYTES)]
    if [key_id_of(public) for public in publics] != [row["kid"] for row in value] or len(set(publics)) != len(publics):
        raise KeysMalformed("第二公钥重复，或者与 kid 不符")
    return tuple(publics)


def _parse_key(key_data: object) -> Key:
    if not isinstance(key_data, Mapping) or key_data.keys() != _FIELDS or key_data["alg"] != ALGORITHM:
        raise KeysMalformed("只接受 Ed25519 公钥")
    if not canonical.is_hex(key_data["public"], 64):
        raise KeysMalformed("公钥应为 64 位小写十六进制")
    public = bytes.fromhex(key_data["public"])
    if key_data["kid"] != key_id_of(public):
        raise KeysMalformed("kid 与公钥不符")
    if key_data["endorsed"] is not None and not canonical.is_hex(key_data["endorsed"], 128):
        raise KeysMalformed("背书应为 128 位小写十六进制")
    for name in ("from", "until", "revoked_at"):
        _require_instant(key_data[name])
    if (key_data["revoked_at"] is None) != (key_data["revoked_because"] is None):
        raise KeysMalformed("撤销须有时刻和理由")
    return Key(public, key_data["from"], key_data["endorsed"], key_data["revoked_at"], key_data["revoked_because"])


def _require_instant(text: object) -> None:
    try:
        is_written = text is None or (isinstance(text, str) and write_instant(read_instant(text)) == text)
    except ValueError:
        is_written = False
    if not is_written:
        raise KeysMalformed("时刻格式不对")
