"""All tables of the database, imported here so that the metadata is complete."""

from registry.models.account import Account, ApiKey, IdempotencyKey
from registry.models.adopted_listing import (
    AdoptedListing,
    AdoptionFinding,
    ListAdoption,
    ListChange,
    ListStateEntry,
    WholeListState,
)
from registry.models.audit import AuditEvent
from registry.models.base import Base
from registry.models.case import Case, CaseStep
from registry.models.catalog import CatalogRow
from registry.models.check import Check, CheckFile, CheckFilePart, ReviewDecision
from registry.models.clock import Clock
from registry.models.commendation import Commendation
from registry.models.department import Department
from registry.models.draft import Draft
from registry.models.exchange import (
    BulkRelease,
    InboxBatch,
    InboxItem,
    JobRun,
    MeasureReport,
    OutboxMessage,
    Peer,
    PeerHead,
    PeerReconciliation,
    ReconciliationStatement,
    RowBatch,
    Takeaway,
)
from registry.models.filed_record import FiledRecord
from registry.models.further_key import FurtherKey
from registry.models.keyring import SecondKey, SigningKey
from registry.models.law_proposal import LawProposal
from registry.models.ledger import Checkpoint, Cosignature, Counter, LedgerEntry, LedgerNode, LogEpoch, Witness
from registry.models.listing import Listing
from registry.models.mail import MailMessage
from registry.models.member import MemberStatementRow
from registry.models.name_index import SubjectName, gram_counts, name_grams
from registry.models.penalty import ColumnMapping, ImportFinding, Penalty, PenaltyFiling, PenaltyImport
from registry.models.proposal import Proposal
from registry.models.publication import Publication, PublicationSector
from registry.models.rate_limit import RateLimit
from registry.models.relation import Relation, RelationEnd
from registry.models.relief import ConfirmationCode, Document, Relief, SubjectContact
from registry.models.row_commitment import RowCommitment
from registry.models.sign_in import Credential, PasswordCode, RecoveryCode, WebSession
from registry.models.standing import Posting, PostingFold, Standing
from registry.models.watch import Watch, WatchedParty, WatchEvent

__all__ = [
    "Account",
    "AdoptedListing",
    "AdoptionFinding",
    "ApiKey",
    "AuditEvent",
    "Base",
    "BulkRelease",
    "Case",
    "CaseStep",
    "CatalogRow",
    "Check",
    "CheckFile",
    "CheckFilePart",
    "Checkpoint",
    "Clock",
    "ColumnMapping",
    "Commendation",
    "ConfirmationCode",
    "Cosignature",
    "Counter",
    "Credential",
    "Department",
    "Document",
    "Draft",
    "FiledRecord",
    "FurtherKey",
    "IdempotencyKey",
    "ImportFinding",
    "InboxBatch",
    "InboxItem",
    "JobRun",
    "LawProposal",
    "LedgerEntry",
    "LedgerNode",
    "ListAdoption",
    "ListChange",
    "ListStateEntry",
    "Listing",
    "LogEpoch",
    "MailMessage",
    "MeasureReport",
    "MemberStatementRow",
    "OutboxMessage",
    "PasswordCode",
    "Peer",
    "PeerHead",
    "PeerReconciliation",
    "Penalty",
    "PenaltyFiling",
    "PenaltyImport",
    "Posting",
    "PostingFold",
    "Proposal",
    "Publication",
    "PublicationSector",
    "RateLimit",
    "ReconciliationStatement",
    "RecoveryCode",
    "Relation",
    "RelationEnd",
    "Relief",
    "ReviewDecision",
    "RowBatch",
    "RowCommitment",
    "SecondKey",
    "SigningKey",
    "Standing",
    "SubjectContact",
    "SubjectName",
    "Takeaway",
    "Watch",
    "WatchEvent",
    "WatchedParty",
    "WebSession",
    "WholeListState",
    "Witness",
    "gram_counts",
    "name_grams",
]
