"""The 电子数据取证记录: a manifest as a PDF for people, by WeasyPrint."""

import base64
import logging
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evidence.manifest import Manifest

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
)
# The look of the records that are made now. A manifest names its own: a record is made again for comparison, to the byte.
LAYOUT = 2
_UNSAID = frozenset({"steps", "record_layout"})  # of the collector's facts: they are not rows
_LOCAL = ZoneInfo("Asia/Shanghai")  # its own: evidence does not import records


def record_pdf(
    manifest: Manifest, screenshot: bytes | None, stamped: datetime | None = None, case: str = ""
) -> bytes:
    """The record as a PDF with embedded fonts; the same input gives the same words in the same places.

    `screenshot` is a PNG; nothing is fetched while the PDF is made.
    """
    from weasyprint import HTML  # noqa: PLC0415 - loads Pango, needed for records only
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    layout = manifest.collector.get("record_layout", 1)
    html = _TEMPLATES.get_template("record.html").render(
        manifest=manifest,
        layout=layout,
        case=case,
        about_page=_rows(manifest.page),
        about_capture=[
            ("取证时间", _moment(manifest.captured_at)),
            *_rows(manifest.server),
            *_rows(_collector(manifest, layout)),
        ],
        steps=[
            (_moment(datetime.fromisoformat(step["at"])), step["what"])
            for step in manifest.collector.get("steps", ())
        ],
        by_hand=[_LABELS[name] for name in _BY_HAND if manifest.collector.get(name) == ""],
        stamped=_moment(stamped) if stamped else "",
        screenshot=f"data:image/png;base64,{base64.b64encode(screenshot).decode()}" if screenshot else "",
    )
    made: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf()
    return made


def _collector(manifest: Manifest, layout: int) -> dict[str, Any]:
    """How the evidence was taken. The first layout has a cloaked page's pictures as plain values."""
    facts = {name: value for name, value in manifest.collector.items() if name not in _UNSAID}
    if layout > 1 and (looks := facts.pop("looks", None)):
        facts["cloaking"] = (
            f"只给{looks['visitor']}看；与监测程序所见的画面相似 {looks['picture'] * 100:.0f}%"
        )
    return facts


def _rows(values: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a manifest's plain values
    """In a fixed order, whatever the manifest's order: a record can be made again for comparison."""
    order = list(_LABELS)
    names = sorted(values, key=lambda name: (order.index(name) if name in _LABELS else len(order), name))
    return [
        (_LABELS.get(name, name), _shown(name, value))
        for name, value in ((name, values[name]) for name in names)
        if value not in (None, "", [])
    ]


def _shown(name: str, value: Any) -> str:  # noqa: ANN401 - as above
    if name.endswith("_at"):
        return _moment(datetime.fromisoformat(value))
    return "；".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(moment: datetime) -> str:
    return moment.astimezone(_LOCAL).strftime("%Y年%m月%d日 %H:%M:%S（北京时间）")


# A blank to fill in by hand where the value is not set.
_BY_HAND = ("place",)
_LABELS = {
    "url": "网址",
    "final_url": "最终网址",
    "title": "标题",
    "institution": "医疗机构",
    "source": "站点或公众号",
    "status": "HTTP 状态",
    "fetched_at": "首次抓取时间",
    "address": "服务器地址",
    "certificates": "服务器证书链（SHA-256）",
    "program": "取证程序",
    "user_agent": "取证程序自报名称",
    "browser": "浏览器",
    "host": "取证主机",
    "settings": "设置的 SHA-256",
    "lists_version": "关键词表版本",
    "place": "取证地点",
    "network": "网络环境",
    "clock": "时钟核对",
    "tools": "工具及版本",
    "cloaking": "伪装核对",
}
