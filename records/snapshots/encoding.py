"""Pages' bytes as text, whatever they say of their encoding."""

from w3lib.encoding import (
    html_body_declared_encoding,
    html_to_unicode,
    http_content_type_encoding,
    read_bom,
)

# The most frequent characters of Chinese, simplified and traditional.
_EVERYDAY = frozenset(
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于著下自之年过過发發后後"
    "作里道行所然家种種事成方多经經么去法学學如都同现現当當没動动面起看定天分还還进進好小部其些主样樣理心本前开開但因只从從"
    "想实實医醫院科病患者治疗療门門诊診专專预預约約电電话話"
)
_WESTERN = frozenset({"cp1252", "iso-8859-1", "iso8859-1", "latin-1", "ascii", "iso8859-15"})


def decode_html(body: bytes, content_type: str) -> str:
    """The page's text, whatever it says of its encoding. Never raises.

    By byte order mark, header and meta tag; where these are missing or wrong, UTF-8 if the bytes are valid
    UTF-8, else GB18030, of which GB2312 and GBK are parts, or Big5, whichever makes more everyday words.
    """

    def guess(content: bytes) -> str:
        return "utf-8" if is_utf8(content) else _chinese_encoding(content)

    declared, text = html_to_unicode(
        content_type or None, body, auto_detect_fun=guess, default_encoding="utf-8"
    )
    western = (declared or "").lower() in _WESTERN and not body.isascii()
    if (western or "\ufffd" in text) and guess(body) != declared:
        return body.decode(guess(body), errors="replace")
    return text


def is_utf8_unsaid(body: bytes, content_type: str) -> bool:
    """Whether a page is UTF-8, and neither it nor its header says so: a browser takes it for something else."""
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body)
    bom, _ = read_bom(body)
    is_said = bom is not None or declared == "utf-8"
    return (
        not is_said
        and not body.isascii()
        and is_utf8(body)
        and decode_html(body, content_type) == body.decode()
    )


def is_utf8(body: bytes) -> bool:
    """Whether the bytes are valid UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _chinese_encoding(content: bytes) -> str:
    """GB18030 or Big5: by how much of what it makes is written with the characters of everyday."""
    sample = content[:200_000]
    shares = {}
    for encoding in ("gb18030", "big5hkscs"):
        text = [character for character in sample.decode(encoding, "replace") if character > "\u3400"]
        shares[encoding] = sum(character in _EVERYDAY for character in text) / max(1, len(text))
    return "big5hkscs" if shares["big5hkscs"] > shares["gb18030"] + 0.2 else "gb18030"
