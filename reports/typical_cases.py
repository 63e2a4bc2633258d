"""Typical cases 典型案例 as a document, redacted for publication: they name no person and contain no links; whether the
institution is named, the leader chooses."""

import re
from collections.abc import Sequence
from datetime import datetime

from records.figures.institution_history import CaseStory
from records.local_time import local_day
from records.models import SourceKind
from reports.documents import as_bytes, new_document

_SEVERITIES = ("high", "medium", "low")
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[-\s]?)?(?:1[3-9]\d{9}|0\d{2,3}[-\s]?\d{7,8}|[48]00[-\s]?\d{3}[-\s]?\d{4})(?!\d)"
)
_ADDRESS = re.compile(r"https?://\S+|(?:[a-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|cc|info)(?:/\S*)?", re.I)
_MESSAGING = re.compile(r"((?:微信|QQ|qq|薇信|V信|vx|VX)[号:：\s]*)[A-Za-z0-9_-]{5,}")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
)
_PERSON = re.compile(
    rf"([{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}(?=(?:主任|院长|医生|医师|大夫|教授|专家|女士|先生|患者))"
)


def typical_cases(cases: Sequence[CaseStory], made: datetime, *, named: bool = False) -> bytes:
    """The sheet (docx), with the institutions' names where `named`. A case that no office has disposed of yet is left
    out: its outcome is open."""
    document = new_document("医疗广告网络监测典型案例", made)
    ended = [case for case in cases if case.disposal]
    for number, case in enumerate(ended, 1):
        document.add_heading(f"案例{number}：{case.category}发布含{_gravest(case)}内容的广告", 1)
        where = "公众号" if case.source is SourceKind.ACCOUNT else "网站"
        who = case.names[0] if named else f"{case.district}某{case.category}"
        document.add_paragraph(
            f"{local_day(case.opened_at):%Y年%m月}，监测发现{who}在其{where}发布含有下列内容的页面："
        )
        hidden = () if named else case.names
        for quote in dict.fromkeys(redacted(finding.quote, hidden) for finding in case.findings):
            document.add_paragraph(f"“{quote}”", "List Bullet")
        law = list(dict.fromkeys(article for finding in case.findings for article in finding.law))
        document.add_paragraph(f"上述内容违反{'、'.join(law)}。处置结果：{case.disposal}。")
    if not ended:
        document.add_paragraph("本期没有可供发布的典型案例。")
    return as_bytes(document)


def _gravest(case: CaseStory) -> str:
    """The titles of the two most severe kinds of findings."""
    graver = sorted(case.findings, key=lambda finding: _SEVERITIES.index(finding.severity))
    titles = list(dict.fromkeys(finding.title for finding in graver))
    return f"“{'”“'.join(titles[:2])}”{'等' if len(titles) > 2 else ''}"


def redacted(text: str, names: Sequence[str]) -> str:
    """`text` without the institution's names, phones, addresses, accounts and persons' given names."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "某机构")
    text = _ADDRESS.sub("（网址略）", _PHONE.sub("（电话略）", text))
    return _PERSON.sub(r"\1某", _MESSAGING.sub(r"\1（略）", text))
