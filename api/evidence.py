"""Evidence as a download: never as something that a browser would run."""

from fastapi.responses import Response

from records.evidence import EvidenceStore
from records.models import Case


def as_download(store: EvidenceStore, case: Case) -> Response:
    """The raw body of the snapshot that the case was judged by, checked against its hash."""
    sha256 = case.judgement.snapshot.body_sha256
    return Response(
        store.get(sha256),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="case-{case.id}-{sha256[:12]}.bin"',
            "X-Content-SHA256": sha256,
        },
    )
