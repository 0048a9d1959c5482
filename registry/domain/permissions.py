"""Roles, permissions and scope: the one map from permission to roles. Deny by default."""

from dataclasses import dataclass
from enum import StrEnum

from registry.errors import NotFound
from registry.refusals.acts import OutOfRole, OutOfScope


class Role(StrEnum):
    """Role of a person or machine. Nobody who files administers, nobody who administers files."""

    CLERK = "clerk"
    VERIFIER = "verifier"
    LEGAL_REVIEWER = "legal_reviewer"
    HEAD = "head"
    TRADING_CENTRE = "trading_centre"
    SECURITY_ADMIN = "security_admin"
    SYSTEM_ADMIN = "system_admin"
    AUDIT_ADMIN = "audit_admin"
    SYSTEM = "system"
    PUBLIC = "public"


WITHOUT_ACCOUNT = frozenset({Role.SYSTEM, Role.PUBLIC})
"""Roles that no account can have."""


class Permission(StrEnum):
    """Permission to do one thing, checked by every act."""

    PENALTY_FILE = "penalty.file"
    PENALTY_READ = "penalty.read"
    PENALTY_VERIFY = "penalty.verify"
    PENALTY_WITHDRAW = "penalty.withdraw"
    LISTING_DRAFT = "listing.draft"
    LISTING_READ = "listing.read"
    LISTING_REVIEW = "listing.review"
    LISTING_DECIDE = "listing.decide"
    LISTING_PUBLISH = "listing.publish"
    LISTING_REMOVE = "listing.remove"
    ADOPTION_CONFIRM = "adoption.confirm"
    RECORD_FILE = "record.file"
    RECORD_READ = "record.read"
    RECORD_VERIFY = "record.verify"
    RECORD_SUSPEND = "record.suspend"
    COMMENDATION_FILE = "commendation.file"
    COMMENDATION_READ = "commendation.read"
    COMMENDATION_VERIFY = "commendation.verify"
    RELATION_FILE = "relation.file"
    RELATION_READ = "relation.read"
    RELATION_VERIFY = "relation.verify"
    RELIEF_APPLY = "relief.apply"
    RELIEF_READ = "relief.read"
    RELIEF_HANDLE = "relief.handle"
    RELIEF_DECIDE = "relief.decide"
    ERASURE_PROPOSE = "erasure.propose"
    ERASURE_CONFIRM = "erasure.confirm"
    TIME_PASSES = "time.passes"
    CHECK_MAKE = "check.make"
    WATCH_KEEP = "watch.keep"
    ACCOUNT_MANAGE = "account.manage"
    EXCHANGE_OPERATE = "exchange.operate"
    PEER_CONFIRM = "peer.confirm"
    PROPOSAL_READ = "proposal.read"
    CALENDAR_LOAD = "calendar.load"
    LAW_PROPOSE = "law.propose"
    LAW_READ = "law.read"
    LAW_CONFIRM = "law.confirm"
    KEYS_MANAGE = "keys.manage"
    DEADLINE_READ = "deadline.read"
    AUDIT_READ = "audit.read"
    PERSON_REPORT = "person.report"


_OFFICE = frozenset({Role.CLERK, Role.VERIFIER, Role.LEGAL_REVIEWER, Role.HEAD})
"""Roles that work on records in a department."""

GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.PENALTY_FILE: frozenset({Role.CLERK}),
    Permission.PENALTY_READ: _OFFICE,
    Permission.PENALTY_VERIFY: frozenset({Role.VERIFIER}),
    Permission.PENALTY_WITHDRAW: frozenset({Role.VERIFIER}),
    Permission.LISTING_DRAFT: frozenset({Role.CLERK}),
    Permission.LISTING_READ: _OFFICE,
    Permission.LISTING_REVIEW: frozenset({Role.LEGAL_REVIEWER}),
    Permission.LISTING_DECIDE: frozenset({Role.HEAD}),
    Permission.LISTING_PUBLISH: frozenset({Role.VERIFIER}),
    Permission.LISTING_REMOVE: frozenset({Role.VERIFIER}),
    Permission.ADOPTION_CONFIRM: frozenset({Role.SECURITY_ADMIN}),
    Permission.RECORD_FILE: frozenset({Role.CLERK}),
    Permission.RECORD_READ: _OFFICE,
    Permission.RECORD_VERIFY: frozenset({Role.VERIFIER}),
    Permission.RECORD_SUSPEND: frozenset({Role.VERIFIER}),
    Permission.COMMENDATION_FILE: frozenset({Role.CLERK}),
    Permission.COMMENDATION_READ: _OFFICE,
    Permission.COMMENDATION_VERIFY: frozenset({Role.VERIFIER}),
    Permission.RELATION_FILE: frozenset({Role.CLERK}),
    Permission.RELATION_READ: _OFFICE,
    Permission.RELATION_VERIFY: frozenset({Role.VERIFIER}),
    Permission.RELIEF_APPLY: frozenset({Role.PUBLIC}),
    Permission.RELIEF_READ: _OFFICE,
    Permission.RELIEF_HANDLE: frozenset({Role.CLERK}),
    Permission.RELIEF_DECIDE: frozenset({Role.VERIFIER}),
    Permission.ERASURE_PROPOSE: frozenset({Role.VERIFIER, Role.LEGAL_REVIEWER}),
    Permission.ERASURE_CONFIRM: frozenset({Role.VERIFIER, Role.LEGAL_REVIEWER, Role.HEAD}),
    Permission.TIME_PASSES: frozenset({Role.SYSTEM}),
    Permission.CHECK_MAKE: frozenset({Role.TRADING_CENTRE}),
    Permission.WATCH_KEEP: frozenset({Role.TRADING_CENTRE}),
    Permission.ACCOUNT_MANAGE: frozenset({Role.SECURITY_ADMIN, Role.SYSTEM}),
    Permission.EXCHANGE_OPERATE: frozenset({Role.SYSTEM_ADMIN, Role.SYSTEM}),
    Permission.PEER_CONFIRM: frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}),
    Permission.PROPOSAL_READ: _OFFICE | {Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN},
    Permission.CALENDAR_LOAD: frozenset({Role.SYSTEM_ADMIN, Role.SYSTEM}),
    Permission.LAW_PROPOSE: frozenset({Role.LEGAL_REVIEWER, Role.SYSTEM_ADMIN}),
    Permission.LAW_READ: frozenset({Role.LEGAL_REVIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}),
    Permission.LAW_CONFIRM: frozenset({Role.SECURITY_ADMIN}),
    Permission.KEYS_MANAGE: frozenset({Role.SECURITY_ADMIN, Role.SYSTEM}),
    Permission.DEADLINE_READ: _OFFICE,
    Permission.AUDIT_READ: frozenset({Role.AUDIT_ADMIN}),
    Permission.PERSON_REPORT: frozenset({Role.AUDIT_ADMIN}),
}

EVERYWHERE = "*"
"""The grant of every sector or every district; a narrower grant lists codes."""


@dataclass(frozen=True)
class Actor:
    """An actor: an account with its grant, or the system itself."""

    account_id: int | None
    name: str
    role: Role
    department_id: int | None = None
    sectors: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the role has the permission."""
        return self.role in GRANTS[permission]

    def require(self, permission: Permission) -> None:
        """Refuse with ``OutOfRole`` unless the role has the permission."""
        if not self.may(permission):
            raise OutOfRole(permission=permission)

    def covers(self, sectors: frozenset[str], district: str | None) -> bool:
        """Whether all sectors and the district are within the grant."""
        in_sectors = EVERYWHERE in self.sectors or (bool(sectors) and sectors <= self.sectors)
        in_district = district is None or EVERYWHERE in self.districts or district in self.districts
        return in_sectors and in_district

    def require_scope(self, sectors: frozenset[str], district: str | None) -> None:
        """Refuse with ``OutOfScope`` when a sector or the district is not granted."""
        if not self.covers(sectors, district):
            raise OutOfScope()

    def require_own(self, department_id: int, unknown: type[NotFound]) -> None:
        """Refuse with ``unknown`` for another department's draft, so that its existence is not disclosed."""
        if self.department_id != department_id:
            raise unknown()


SYSTEM = Actor(None, "system", Role.SYSTEM, sectors=frozenset({EVERYWHERE}), districts=frozenset({EVERYWHERE}))
SHELL = Actor(None, "shell", Role.SYSTEM, sectors=frozenset({EVERYWHERE}), districts=frozenset({EVERYWHERE}))
"""A command of this node's shell that names no account: its acts are counted in public."""
PUBLIC = Actor(None, "public", Role.PUBLIC)
"""Somebody without an account: a subject or its agent who applies for relief."""
