"""A file as a download, under a readable name."""

from urllib.parse import quote

from fastapi.responses import Response

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attached(content: bytes, media_type: str, name: str) -> Response:
    """The file under its name, also a Chinese one (RFC 6266); programs that do not support such names get the
    ending."""
    ending = name.rpartition(".")[2]
    disposition = f"attachment; filename=\"file.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
