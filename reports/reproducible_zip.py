"""Office files are ZIPs that record when they were made; these do not."""

import io
import zipfile
from collections.abc import Mapping

_MOMENT = (1980, 1, 1, 0, 0, 0)


def timeless(content: bytes, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """The ZIP with the same parts, each with the same time; `replaced` are parts with other content, by name."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in made.namelist():
            part = zipfile.ZipInfo(name, _MOMENT)
            # The file's own default does not apply to a part with a ZipInfo.
            part.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(part, (replaced or {}).get(name, made.read(name)))
    return kept.getvalue()
