"""Every table, so that metadata is complete."""

from registry.models.account import Account, ApiKey, IdempotencyKey
from registry.models.audit import AuditEvent
from registry.models.base import Base
from registry.models.catalog import CatalogRow
from registry.models.check import Check
from registry.models.department import Department
from registry.models.exchange import InboxBatch, InboxItem, JobRun, OutboxMessage, Peer
from registry.models.ledger import Checkpoint, Counter, LedgerEntry, LedgerNode
from registry.models.name_index import SubjectName, gram_counts, name_grams
from registry.models.penalty import ImportFinding, Penalty, PenaltyFiling, PenaltyImport
from registry.models.publication import Publication, PublicationSector

__all__ = [
    "Account",
    "ApiKey",
    "AuditEvent",
    "Base",
    "CatalogRow",
    "Check",
    "Checkpoint",
    "Counter",
    "Department",
    "IdempotencyKey",
    "ImportFinding",
    "InboxBatch",
    "InboxItem",
    "JobRun",
    "LedgerEntry",
    "LedgerNode",
    "OutboxMessage",
    "Peer",
    "Penalty",
    "PenaltyFiling",
    "PenaltyImport",
    "Publication",
    "PublicationSector",
    "SubjectName",
    "gram_counts",
    "name_grams",
]
