"""Who may do what: roles, scope, and the one map from permission to roles. Deny by default."""

from dataclasses import dataclass
from enum import StrEnum

from registry.refusals.acts import OutOfRole, OutOfScope, PenaltyUnknown


class Role(StrEnum):
    """What a person or machine is for. Nobody who files administers, nobody who administers files."""

    CLERK = "clerk"
    VERIFIER = "verifier"
    TRADING_CENTRE = "trading_centre"
    SECURITY_ADMIN = "security_admin"
    SYSTEM_ADMIN = "system_admin"
    AUDIT_ADMIN = "audit_admin"
    SYSTEM = "system"


class Permission(StrEnum):
    """One thing a door lets somebody do."""

    PENALTY_FILE = "penalty.file"
    PENALTY_READ = "penalty.read"
    PENALTY_VERIFY = "penalty.verify"
    PENALTY_WITHDRAW = "penalty.withdraw"
    CHECK_MAKE = "check.make"
    ACCOUNT_MANAGE = "account.manage"
    EXCHANGE_OPERATE = "exchange.operate"
    DEADLINE_READ = "deadline.read"
    AUDIT_READ = "audit.read"


GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.PENALTY_FILE: frozenset({Role.CLERK}),
    Permission.PENALTY_READ: frozenset({Role.CLERK, Role.VERIFIER}),
    Permission.PENALTY_VERIFY: frozenset({Role.VERIFIER}),
    Permission.PENALTY_WITHDRAW: frozenset({Role.VERIFIER}),
    Permission.CHECK_MAKE: frozenset({Role.TRADING_CENTRE}),
    Permission.ACCOUNT_MANAGE: frozenset({Role.SECURITY_ADMIN, Role.SYSTEM}),
    Permission.EXCHANGE_OPERATE: frozenset({Role.SYSTEM_ADMIN, Role.SYSTEM}),
    Permission.DEADLINE_READ: frozenset({Role.CLERK, Role.VERIFIER}),
    Permission.AUDIT_READ: frozenset({Role.AUDIT_ADMIN}),
}

EVERYWHERE = "*"
"""The grant of every sector or every district; a narrower grant lists codes."""


@dataclass(frozen=True)
class Actor:
    """Who acts: an account with its grant, or the system itself."""

    account_id: int | None
    name: str
    role: Role
    department_id: int | None = None
    sectors: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """True when the role carries the permission."""
        return self.role in GRANTS[permission]

    def require(self, permission: Permission) -> None:
        """Refuse with ``OutOfRole`` unless the role carries the permission."""
        if not self.may(permission):
            raise OutOfRole(permission=permission)

    def covers(self, sectors: frozenset[str], district: str | None) -> bool:
        """True when all sectors and the district lie within the grant."""
        in_sectors = EVERYWHERE in self.sectors or (bool(sectors) and sectors <= self.sectors)
        in_district = district is None or EVERYWHERE in self.districts or district in self.districts
        return in_sectors and in_district

    def require_scope(self, sectors: frozenset[str], district: str | None) -> None:
        """Refuse with ``OutOfScope`` when a sector or the district is not granted."""
        if not self.covers(sectors, district):
            raise OutOfScope()

    def require_own(self, department_id: int) -> None:
        """Another department's draft reads as absent, so that its existence is not told."""
        if self.department_id != department_id:
            raise PenaltyUnknown()


SYSTEM = Actor(
    None, "system", Role.SYSTEM, sectors=frozenset({EVERYWHERE}), districts=frozenset({EVERYWHERE})
)
