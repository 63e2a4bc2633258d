"""All tables. Importing this package fills `Base.metadata`."""

from records.models.audit import AuditEntry
from records.models.base import Base, LabelledEnum
from records.models.cases import (
    Attachment,
    Case,
    CaseState,
    DisposalResult,
    Matter,
    Transfer,
    TransferState,
    Verification,
    VerificationOutcome,
    VisitorKind,
)
from records.models.judgements import FindingRecord, JudgementRecord, SimilarBand
from records.models.leases import Lease
from records.models.letters import Letter, LetterItem
from records.models.lists import (
    DraftState,
    ListDraft,
    ListDraftFile,
    ListPublication,
    ListTrial,
    TrialDifference,
    TrialState,
)
from records.models.registry import Certificate, CertificateStatus, Institution, Level, Source, SourceKind
from records.models.snapshots import (
    Capture,
    Image,
    Page,
    PageImage,
    PlannedPage,
    PlannedState,
    Snapshot,
    UrlPattern,
    Visit,
    VisitKind,
)
from records.models.tips import Tip, TipChannel, TipState
from records.models.users import AnsweredCall, Office, OfficeKind, OfficeToken, Role, SavedView, SignIn, User
from records.models.webhooks import Delivery, Webhook

__all__ = [
    "AnsweredCall",
    "Attachment",
    "AuditEntry",
    "Base",
    "Capture",
    "Case",
    "CaseState",
    "Certificate",
    "CertificateStatus",
    "Delivery",
    "DisposalResult",
    "DraftState",
    "FindingRecord",
    "Image",
    "Institution",
    "JudgementRecord",
    "LabelledEnum",
    "Lease",
    "Letter",
    "LetterItem",
    "Level",
    "ListDraft",
    "ListDraftFile",
    "ListPublication",
    "ListTrial",
    "Matter",
    "Office",
    "OfficeKind",
    "OfficeToken",
    "Page",
    "PageImage",
    "PlannedPage",
    "PlannedState",
    "Role",
    "SavedView",
    "SignIn",
    "SimilarBand",
    "Snapshot",
    "Source",
    "SourceKind",
    "Tip",
    "TipChannel",
    "TipState",
    "Transfer",
    "TransferState",
    "TrialDifference",
    "TrialState",
    "UrlPattern",
    "User",
    "Verification",
    "VerificationOutcome",
    "Visit",
    "VisitKind",
    "VisitorKind",
    "Webhook",
]
