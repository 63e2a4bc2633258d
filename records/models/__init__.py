"""All tables. Importing this package fills `Base.metadata`."""

from records.models.base import Base, LabelledEnum
from records.models.cases import (
    AuditEntry,
    Case,
    CaseState,
    DisposalResult,
    FindingRecord,
    JudgementRecord,
    SimilarBand,
    Transfer,
    Verification,
    VerificationOutcome,
)
from records.models.leases import Lease
from records.models.registry import Account, Certificate, CertificateStatus, Institution, Level, Site
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
from records.models.users import Office, OfficeKind, OfficeToken, Role, SavedView, SignIn, User

__all__ = [
    "Account",
    "AuditEntry",
    "Base",
    "Capture",
    "Case",
    "CaseState",
    "Certificate",
    "CertificateStatus",
    "DisposalResult",
    "FindingRecord",
    "Image",
    "Institution",
    "JudgementRecord",
    "LabelledEnum",
    "Lease",
    "Level",
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
    "Site",
    "Snapshot",
    "Transfer",
    "UrlPattern",
    "User",
    "Verification",
    "VerificationOutcome",
    "Visit",
    "VisitKind",
]
