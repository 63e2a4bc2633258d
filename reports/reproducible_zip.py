"""Office files are ZIPs that tell when they were made; these tell only what they hold."""

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
            part.compress_type = (
                zipfile.ZIP_DEFLATED
            )  # the file's own default is not asked for parts that are named so
            out.writestr(part, (replaced or {}).get(name, made.read(name)))
    return kept.getvalue()
