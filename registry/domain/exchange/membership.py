"""Members of the exchange: which node may speak for which authorities, regions and adopted lists.

A statement about a member is dated and signed by two administrators; so is the statement that names the administrators
themselves, by two of those before it. Nodes pass both kinds on as they are, and each verifies them by itself.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from registry.domain import records
from registry.domain.filing import cells
from registry.domain.naming import name_key
from registry.domain.publication import canonical
from registry.refusals.acts import MemberRefused
from registry.refusals.content import NotCanonical

SIGNATURES_NEEDED = 2
EVERY_REGION = ANY_SOURCE = "*"
ADMINISTRATORS, MEMBER = "administrators", "member"
MEMBER_UNKNOWN, AUTHORITY_OWN, AUTHORITY_FOREIGN = "member-unknown", "authority-own", "authority-foreign"
REGION_FOREIGN, LIST_FOREIGN = "region-foreign", "list-foreign"
ALARMS = frozenset({MEMBER_UNKNOWN, AUTHORITY_OWN, AUTHORITY_FOREIGN, REGION_FOREIGN, LIST_FOREIGN})
"""Codes of records that speak for an authority that is not their owner's."""

Name = records.Filled
Verify = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, data) → whether the signature is right."""


class Administrator(Struct, kw_only=True, forbid_unknown_fields=True):
    """A person who signs statements about members, with the public key in hex."""

    name: Name
    public_key: records.Digest


class AdministratorsStatement(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag=ADMINISTRATORS):
    """Who signs statements from now on; each revision is signed by two administrators of the one before."""

    revision: int
    issued_on: records.Day
    administrators: list[Administrator]


class MemberStatement(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag=MEMBER):
    """What a node may speak for on [effective_from, effective_until).

    ``authorities``: code → the names that the authority has had. ``regions``: six-digit codes (GB/T 2260) whose
    trailing pairs of zeros stand for everything below, or ``*``. ``sources``: list scheme, or kind of record → the
    sources from which the node may adopt such records, ``*`` for any.
    """

    node: Name
    revision: int
    issued_on: records.Day
    authorities: dict[records.Code, list[Name]]
    regions: list[str]
    sources: dict[Name, list[Name]]
    effective_from: records.Day
    effective_until: records.EndDay | None

    def is_effective(self, on: dt.date) -> bool:
        """Whether the node may speak for anything on a day."""
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)


@dataclass(frozen=True)
class Signature:
    """A signature of an administrator over a statement: the key id and the signature in hex."""

    kid: str
    value: str


@dataclass(frozen=True)
class SignedStatement:
    """A statement with its signatures; ``raw`` is the canonical JSON of both."""

    statement: AdministratorsStatement | MemberStatement
    signatures: tuple[Signature, ...]
    raw: bytes

    @property
    def data(self) -> bytes:
        """The bytes that administrators sign."""
        return canonical.dumps(records.to_json(self.statement))

    @property
    def kind(self) -> str:
        """``ADMINISTRATORS`` or ``MEMBER``."""
        return ADMINISTRATORS if isinstance(self.statement, AdministratorsStatement) else MEMBER

    @property
    def node(self) -> str:
        """The node that a statement is about, empty for that about the administrators."""
        return self.statement.node if isinstance(self.statement, MemberStatement) else ""


@dataclass(frozen=True)
class OwnAuthorities:
    """The codes and names of the authorities that decide on this node."""

    codes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    """As name keys."""


@dataclass(frozen=True)
class Members:
    """The members in force on a day, by node, and the authorities of this node."""

    statements: Mapping[str, MemberStatement] = field(default_factory=dict)
    own: OwnAuthorities = field(default_factory=OwnAuthorities)

    def refusal_code(self, owner: str, body: Mapping[str, Any]) -> str | None:
        """Why the owner of a body may not state it, None when it may.

        Every unit that the body names as its author must be the owner's: the deciding authority and the source by code
        and name, what has no code by not being one of this node's. What the owner adopted counts by its source.
        """
        if any(_is_among(unit, self.own) for unit in _units(body)):
            return AUTHORITY_OWN
        member = self.statements.get(owner)
        if member is None:
            return MEMBER_UNKNOWN
        is_list = "list_source" in body
        is_own = _is_spoken_for(body["authority"], member) and _is_source_spoken_for(body["source"], member)
        if not (is_own and not is_list) and not _is_adopted(body, member):
            return LIST_FOREIGN if is_list else AUTHORITY_FOREIGN
        return None if _is_in_regions(body["district"], member.regions) else REGION_FOREIGN


def parse_statement(raw: bytes) -> SignedStatement:
    """Parse a signed statement, canonical JSON of {statement, signatures}; refuses ``MemberRefused``."""
    try:
        value = canonical.loads(raw)
        if not isinstance(value, dict) or value.keys() != {"statement", "signatures"}:
            raise MemberRefused("应为 statement 与 signatures 两项")
        statement: AdministratorsStatement | MemberStatement = msgspec.convert(
            value["statement"], AdministratorsStatement | MemberStatement
        )
        signatures = msgspec.convert(value["signatures"], list[dict[str, str]])
    except (NotCanonical, msgspec.ValidationError):
        raise MemberRefused() from None
    if any(cells.forbidden_places(value)):
        raise MemberRefused(cells.FORBIDDEN_DETAIL)
    if any(signature.keys() != {"kid", "value"} for signature in signatures):
        raise MemberRefused("签名的项不正确")
    _require_sound(statement)
    return SignedStatement(statement, tuple(Signature(**signature) for signature in signatures), raw)


def build(statement: AdministratorsStatement | MemberStatement, signatures: Iterable[Signature] = ()) -> bytes:
    """Serialise a statement and its signatures."""
    signed = [{"kid": signature.kid, "value": signature.value} for signature in signatures]
    return canonical.dumps({"statement": records.to_json(statement), "signatures": signed})


def require_signed(signed: SignedStatement, administrators: Mapping[str, bytes], verify: Verify) -> None:
    """Refuse as ``MemberRefused`` what fewer than two administrators signed. ``administrators``: key id → public
    key."""
    valid = {
        signature.kid
        for signature in signed.signatures
        if signature.kid in administrators
        and canonical.is_hex(signature.value, 128)
        and verify(administrators[signature.kid], bytes.fromhex(signature.value), signed.data)
    }
    if len(valid) < SIGNATURES_NEEDED:
        raise MemberRefused("须有两名管理员的签名")


def find_rival(statement: MemberStatement, others: Iterable[MemberStatement]) -> str | None:
    """The node that speaks for one of the same authorities at the same time; None when there is none."""
    for other in others:
        overlaps = (other.effective_until is None or statement.effective_from < other.effective_until) and (
            statement.effective_until is None or other.effective_from < statement.effective_until
        )
        if other.node != statement.node and overlaps and statement.authorities.keys() & other.authorities.keys():
            return other.node
    return None


def _require_sound(statement: AdministratorsStatement | MemberStatement) -> None:
    if not 1 <= statement.revision < 2**31:
        raise MemberRefused("修订号不正确")
    if isinstance(statement, AdministratorsStatement):
        keys = {administrator.public_key for administrator in statement.administrators}
        names = {administrator.name for administrator in statement.administrators}
        if len(keys) < SIGNATURES_NEEDED or len(names) < len(statement.administrators) or len(keys) < len(names):
            raise MemberRefused("管理员至少两名，姓名与公钥各不相同")
        return
    if any(not names for names in statement.authorities.values()) or not all(map(_is_region, statement.regions)):
        raise MemberRefused("机关没有名称，或者地区代码不正确")
    if statement.effective_until is not None and statement.effective_until <= statement.effective_from:
        raise MemberRefused("失效日期不晚于生效日期")


def _is_region(code: str) -> bool:
    return code == EVERY_REGION or (len(code) == 6 and code.isascii() and code.isdigit())


def _is_adopted(body: Mapping[str, Any], member: MemberStatement) -> bool:
    """Whether the owner may take over what another authority decided, from the source that the body names."""
    sources = member.sources.get(body["scheme"]["code"] if "list_source" in body else body["kind"], ())
    return ANY_SOURCE in sources or body.get("list_source", body["authority"]["name"]) in sources


def _is_in_regions(district: str | None, regions: Collection[str]) -> bool:
    """Whether a district lies in one of the regions; a record that names none is judged by its authority alone."""
    if district is None or EVERY_REGION in regions:
        return True
    return any(district.startswith(_region_stem(region)) for region in regions)


def _region_stem(region: str) -> str:
    while region.endswith("00"):
        region = region[:-2]
    return region


def _units(body: Mapping[str, Any]) -> list[tuple[str | None, str]]:
    """(code, name) of every unit that a body names as its author."""
    source = body["source"]
    return [
        (body["authority"]["code"], body["authority"]["name"]),
        (source["code"] or None, source["name"]),
        (None, source["department"]),
    ]


def _is_among(unit: tuple[str | None, str], own: OwnAuthorities) -> bool:
    code, name = unit
    return code in own.codes or name_key.key(name) in own.names


def _is_spoken_for(unit: Mapping[str, Any], member: MemberStatement) -> bool:
    names = member.authorities.get(unit["code"] or "", ())
    return name_key.key(unit["name"]) in {name_key.key(name) for name in names}


def _is_source_spoken_for(source: Mapping[str, Any], member: MemberStatement) -> bool:
    """Whether the unit that entered a record is the owner's; one without a code only has a name."""
    if source["code"]:
        return _is_spoken_for(source, member)
    known = {name_key.key(name) for names in member.authorities.values() for name in names}
    return name_key.key(source["name"]) in known
