"""Reasons to choose 研判理由: what reviewers say most often when they dismiss, ask for more or send back."""

from collections.abc import Mapping, Sequence

from pydantic import Field
from sqlalchemy.orm import Session

from records.models.base import LabelledEnum
from records.people.permissions import Permission
from records.reference.choices import Labelled
from records.reference.tables import KeptRow, KeptTable, read_rows


class ReasonFor(LabelledEnum):
    """The decision that a reason is for, as the pages call the action."""

    DISMISS = "dismiss", "不予认定"
    NEEDS_MORE = "needs_more", "待补充"
    DISAPPROVE = "disapprove", "退回研判"


class ReadyReason(KeptRow):
    """A reason that is offered when that decision is made."""

    action: Labelled[ReasonFor] = Field(title="操作")
    words: str = Field(title="理由", min_length=2, max_length=200)


def _ready(action: ReasonFor, *reasons: str) -> tuple[ReadyReason, ...]:
    return tuple(ReadyReason(action=action, words=words) for words in reasons)


REASONS = KeptTable(
    "reasons",
    "研判理由",
    "研判时可选的理由，按表中次序以 1–9 选用；用过的次数和各规则的分布见“关键词表 → 不予认定的理由”。",
    ReadyReason,
    (
        *_ready(ReasonFor.DISMISS, "属于健康科普，没有介绍本机构的诊疗服务", "属于执法公告、警示或新闻报道"),
        *_ready(ReasonFor.DISMISS, "语境为否定、告诫或引述他人违法宣传", "与审查证明的成品样件一致"),
        *_ready(ReasonFor.DISMISS, "词语是固定名称（科室、药品、论文题目），不是宣传用语"),
        *_ready(ReasonFor.DISMISS, "属于法律要求公开的机构信息", "属于机构内部管理、招聘或党建内容"),
        *_ready(ReasonFor.DISMISS, "不是本机构发布的内容", "识别有误：文字与截图不符"),
        *_ready(ReasonFor.NEEDS_MORE, "须核对《医疗广告审查证明》原件", "须确认网站或账号的实际使用人"),
        *_ready(ReasonFor.NEEDS_MORE, "截图不完整，须重新取证", "须请专业科室判断疗效表述"),
        *_ready(ReasonFor.DISAPPROVE, "认定依据不足，请补充违法之处", "条款适用有误，请重新选择"),
        *_ready(ReasonFor.DISAPPROVE, "与同类案件的处理不一致"),
    ),
    Permission.REVIEW,
)


def list_ready_reasons(session: Session) -> Mapping[str, Sequence[str]]:
    """The reasons by the name of their action, in the table's order."""
    found: dict[str, list[str]] = {}
    for row in read_rows(session, REASONS):
        found.setdefault(row.action.value, []).append(row.words)
    return found
