"""The measures of offices, in their own words 处置措施, and the result that each counts as in figures."""

from collections.abc import Sequence

from pydantic import Field
from sqlalchemy.orm import Session

from records.models import DisposalResult, OfficeKind
from records.people.permissions import Permission
from records.reference.choices import Labelled
from records.reference.tables import KeptRow, KeptTable, read_rows
from records.workflow import StepRefused


class DisposalWords(KeptRow):
    """A measure of a kind of office. 网信办 acts on published content, 市场监管 on who advertises, 公安 on a
    crime, 医保 on the fund: each reports what its own law lets it do."""

    kind: Labelled[OfficeKind] = Field(title="部门种类")
    words: str = Field(title="处置措施", min_length=1, max_length=40)
    result: Labelled[DisposalResult] = Field(title="统计归类")

    def key(self) -> object:
        """One word of an office means one thing."""
        return self.kind, self.words


def _words(kind: OfficeKind, *measures: tuple[str, DisposalResult]) -> tuple[DisposalWords, ...]:
    return tuple(DisposalWords(kind=kind, words=words, result=result) for words, result in measures)


_R, _K = DisposalResult, OfficeKind
# 广告法第五十五条 to 第六十条, 医疗广告管理办法 (市场监管); 网络信息内容生态治理规定第三十四条 (网信); 公安机关办理刑事案件
# 程序规定第一百七十一条, 治安管理处罚法 (公安); 医疗保障基金使用监督管理条例第三十八条 (医保); 中医药法第五十七条.
DISPOSALS = KeptTable(
    "disposals",
    "处置措施",
    "各类处置部门反馈时可选的措施，用部门自己的说法；“统计归类”决定统计表里算作哪一项。",
    DisposalWords,
    (
        *_words(_K.CYBERSPACE, ("删除", _R.DELETED), ("屏蔽", _R.BLOCKED), ("关闭网站", _R.SITE_CLOSED)),
        *_words(_K.CYBERSPACE, ("关闭账号", _R.ACCOUNT_CLOSED), ("约谈并责令整改", _R.ORDERED)),
        *_words(_K.MARKET, ("责令停止发布", _R.DELETED), ("责令改正", _R.ORDERED), ("立案", _R.FILED)),
        *_words(_K.MARKET, ("罚款", _R.PENALISED), ("吊销审查批准文件", _R.PENALISED)),
        *_words(_K.POLICE, ("受理", _R.FILED), ("立案", _R.FILED), ("行政处罚", _R.PENALISED)),
        *_words(_K.POLICE, ("不予立案", _R.NO_ACTION)),
        *_words(_K.INSURANCE, ("责令改正", _R.ORDERED), ("追回基金", _R.RECOVERED), ("处罚", _R.PENALISED)),
        *_words(_K.INSURANCE, ("暂停协议", _R.PENALISED)),
        *_words(_K.DRUGS, ("责令改正", _R.ORDERED), ("立案", _R.FILED), ("处罚", _R.PENALISED)),
        *_words(_K.TRADITIONAL, ("责令改正", _R.ORDERED), ("立案", _R.FILED), ("处罚", _R.PENALISED)),
        *(row for kind in OfficeKind for row in _words(kind, ("不予处置", _R.NO_ACTION))),
    ),
    Permission.ADMINISTER,
)


def list_measures(session: Session, kind: OfficeKind) -> Sequence[DisposalWords]:
    """The measures that an office of this kind can report."""
    return [row for row in read_rows(session, DISPOSALS) if row.kind is kind]


def find_measure(session: Session, kind: OfficeKind, words: str) -> DisposalWords | None:
    """The measure that an office of this kind calls so."""
    return next((row for row in list_measures(session, kind) if row.words == words), None)


class MeasureRefused(StepRefused):
    """An office's word is not one of the measures of its kind; the message names those, in Chinese."""


def counted_as(
    session: Session, kind: OfficeKind, result: DisposalResult | None, words: str
) -> tuple[DisposalResult, str]:
    """The result that an office's report counts as, and the office's words for it. `words` alone is enough; a
    result without any is one of those that every office can report. Raises MeasureRefused."""
    if not words:
        if result is None:
            raise MeasureRefused("请填写处置结果")
        return result, ""
    measure = find_measure(session, kind, words)
    if measure is None:
        known = "、".join(row.words for row in list_measures(session, kind))
        raise MeasureRefused(f"{kind.label}没有“{words}”这一措施，可用：{known}")
    if result not in (None, measure.result):
        raise MeasureRefused(
            f"“{words}”归为{measure.result.label}，与所填结果“{result.label if result else ''}”不符"
        )
    return measure.result, words
