"""The papers that go with a case to the police: 移送书, 调查报告, 物品清单 (行政执法机关移送涉嫌犯罪案件的规定, article 6).

What only people know, the number, the two officers, the head's decision, is left open to be written in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from docx.document import Document as DocxDocument

from classifiers.found_words import written_and_read
from records.local_time import local_day, local_moment
from records.models import Case
from reports.documents import add_line, as_bytes, new_official_letter, sign, table

_BLANK = "＿＿＿＿＿＿"
_REGULATION = "《行政执法机关移送涉嫌犯罪案件的规定》"


@dataclass(frozen=True)
class PoliceCase:
    """A case as the papers tell it: from whom, to whom, and the files of its evidence (name, role, bytes, SHA-256)."""

    case: Case
    sender: str
    code: str
    contact: str
    to: str
    files: Sequence[tuple[str, str, int, str]]
    made: datetime

    @property
    def number(self) -> str:
        """The number of the papers, to be completed."""
        return f"{self.code}〔{local_day(self.made).year}〕　　号"

    @property
    def owner(self) -> str:
        """The institution with its credit code."""
        institution = self.case.page.source.institution
        return f"{institution.name}（统一社会信用代码 {institution.credit_code}）"


def hand_over_letter(told: PoliceCase) -> bytes:
    """涉嫌犯罪案件移送书 (docx)."""
    document = new_official_letter(told.sender, told.number, "涉嫌犯罪案件移送书", told.made)
    add_line(document, f"{told.to or _BLANK}：")
    page = told.case.judgement.snapshot
    for words in (
        f"我单位在医疗广告网络监测中发现，{told.owner}在网页“{page.title or '（无标题）'}”（{told.case.page.url}）"
        f"发布的内容经研判认定违法，涉嫌犯罪。涉及的规定见所附调查报告。",
        f"根据{_REGULATION}第三条、第五条和第六条，经本机关负责人批准，现将案件移送你单位，请依法审查。"
        "请自接受移送之日起三日内决定是否立案，并将决定书面通知我单位；不予立案的，请说明理由并退回案卷材料（第八条）。",
        "附件：1. 涉嫌犯罪案件情况的调查报告；2. 涉案物品（电子数据）清单；3. 检验报告或者鉴定结论（如有）；"
        "4. 其他有关涉嫌犯罪的材料（电子数据证据包）。",
    ):
        add_line(document, words, indent=2)
    sign(document, told.sender, "　　年　　月　　日", told.contact)
    return as_bytes(document)


def investigation_report(told: PoliceCase) -> bytes:
    """涉嫌犯罪案件情况的调查报告 (docx), with places for both officers and for the head's decision."""
    case, page = told.case, told.case.judgement.snapshot
    institution = case.page.source.institution
    document = new_official_letter(told.sender, told.number, "涉嫌犯罪案件情况的调查报告", told.made)
    _heading(document, "一、案件来源")
    add_line(
        document,
        f"{local_day(case.opened_at)}，本单位在医疗广告网络监测中发现线索（案件 {case.id}）。",
        indent=2,
    )
    _heading(document, "二、当事人")
    facts = (
        ("名称", institution.name),
        ("其他名称", "、".join(institution.other_names) or "（无）"),
        ("统一社会信用代码", institution.credit_code),
        ("执业许可证登记号", institution.licence_number or "（未登记）"),
        ("辖区", institution.district),
        ("地址", "；".join(institution.addresses) or "（未登记）"),
        ("电话", "；".join(institution.phones) or "（未登记）"),
    )
    table(document, ("项目", "内容"), facts, widths=(4, 11.6))
    _heading(document, "三、涉嫌违法犯罪的事实")
    add_line(
        document, f"网址：{case.page.url}。抓取时间：{local_moment(page.fetched_at)}（北京时间）。", indent=2
    )
    rows = [
        (number, written_and_read(one) if one.quote else "（全页）", one.title, "；".join(one.law))
        for number, one in enumerate(case.judgement.findings, 1)
    ]
    table(document, ("序号", "页面内容", "违法情形", "违反的规定"), rows, widths=(1.2, 5, 3.6, 5.8))
    _heading(document, "四、证据")
    add_line(
        document,
        f"页面原始数据 SHA-256：{page.body_sha256}。电子数据证据包内的文件见《涉案物品（电子数据）清单》。",
        indent=2,
    )
    _heading(document, "五、涉嫌犯罪的理由和处理意见")
    for reason in case.judgement.gravity_reasons:
        add_line(document, f"{reason}。", indent=2)
    add_line(document, f"承办意见：{_BLANK * 3}", indent=2)
    _heading(document, "六、承办与审批")
    opinions = (
        ("承办人（两名以上）", "", ""),
        ("本机关负责人意见（接到报告之日起 3 日内决定）", "批准移送 □　　不批准移送 □　理由：", ""),
        ("移送时间（批准后 24 小时内）", "", ""),
    )
    table(document, ("事项", "内容", "签名、日期"), opinions, widths=(5, 6.6, 4))
    return as_bytes(document)


def list_of_items(told: PoliceCase) -> bytes:
    """涉案物品（电子数据）清单 (docx): each file of the evidence with its hash, and places for both signatures."""
    document = new_official_letter(told.sender, told.number, "涉案物品（电子数据）清单", told.made)
    add_line(document, f"当事人：{told.owner}", indent=2)
    rows = [
        (number, role, name, f"{size} 字节", sha256)
        for number, (name, role, size, sha256) in enumerate(told.files, 1)
    ]
    head = ("序号", "名称", "文件", "数量", "SHA-256")
    table(document, head, rows or [("", "尚未取证", "", "", "")], widths=(1.2, 4, 3.2, 2.2, 5))
    for words in (f"移交人：{_BLANK}　{_BLANK}", f"接收人：{_BLANK}　{_BLANK}", f"移交日期：{_BLANK}"):
        add_line(document, words, indent=2)
    return as_bytes(document)


# The papers by the part of their address, with their names and what makes them.
PAPERS: Mapping[str, tuple[str, Callable[[PoliceCase], bytes]]] = {
    "letter": ("涉嫌犯罪案件移送书", hand_over_letter),
    "report": ("涉嫌犯罪案件情况的调查报告", investigation_report),
    "items": ("涉案物品（电子数据）清单", list_of_items),
}


def _heading(document: DocxDocument, words: str) -> None:
    add_line(document, words, font="黑体")
