"""The statistics table 统计表 as each authority asks for it: rows and columns are data, each column counted by the
system or typed by hand for a period."""

from pydantic import Field

from records.models import Level
from records.models.base import LabelledEnum
from records.people.permissions import Permission
from records.reference.choices import Labelled
from records.reference.tables import KeptRow, KeptTable


class RowScope(LabelledEnum):
    """The institutions that a row counts."""

    ALL = "all", "全部机构"
    PUBLIC_SECONDARY = Level.PUBLIC_SECONDARY.value, Level.PUBLIC_SECONDARY.label
    OTHER = Level.OTHER.value, Level.OTHER.label


class Counted(LabelledEnum):
    """Where a column's numbers come from: people, institutions, cases by their stage or their last result, or demerits."""

    HAND = "hand", "手工填写"
    REGISTERED = "registered", "机构：登记数"
    SEEN = "seen", "机构：已巡查数"
    INSTITUTIONS = "institutions", "机构：有线索的"
    OFFENDERS = "offenders", "机构：认定违法的"
    ALL = "all", "案件：线索"
    OPEN = "is-open", "案件：未研判"
    CONFIRMED = "is-confirmed", "案件：认定违法"
    DISMISSED = "is-dismissed", "案件：不予认定"
    TRANSFERRED = "is-transferred", "案件：转送"
    DISPOSED = "is-disposed", "案件：处置"
    VERIFIED = "is-verified", "案件：核验已消失"
    RECURRED = "is-recurred", "案件：复现"
    DELETED = "deleted", "处置：删除"
    BLOCKED = "blocked", "处置：屏蔽"
    SITE_CLOSED = "site_closed", "处置：关闭网站"
    ACCOUNT_CLOSED = "account_closed", "处置：关闭账号"
    ORDERED = "ordered", "处置：责令改正"
    FILED = "filed", "处置：受理或立案"
    PENALISED = "penalised", "处置：处罚"
    RECOVERED = "recovered", "处置：追回"
    NO_ACTION = "no_action", "处置：不予处置"
    DEMERITS = "demerits", "记分：次数"
    DEMERIT_POINTS = "demerit-points", "记分：分值"
    DEMERITED = "demerited", "机构：被记分的"


class StatisticsRow(KeptRow):
    """A row: the cases of some institutions, of one kind of misconduct or category where these are given."""

    title: str = Field(title="行名", min_length=1, max_length=60)
    scope: Labelled[RowScope] = Field(title="机构范围")
    family: str = Field(default="", title="违法情形", max_length=60)
    category: str = Field(default="", title="机构类别", max_length=60)

    def key(self) -> object:
        """Rows are told apart by their names: numbers typed by hand belong to them."""
        return self.title


class StatisticsColumn(KeptRow):
    """A column, and where its numbers come from."""

    title: str = Field(title="列名", min_length=1, max_length=40)
    counted: Labelled[Counted] = Field(title="取数")

    def key(self) -> object:
        """Columns are told apart by their names."""
        return self.title

    @property
    def by_hand(self) -> bool:
        """Whether people type its numbers."""
        return self.counted is Counted.HAND


def _row(title: str, scope: RowScope) -> StatisticsRow:
    return StatisticsRow(title=title, scope=scope)


def _column(title: str, counted: Counted) -> StatisticsColumn:
    return StatisticsColumn(title=title, counted=counted)


ROWS = KeptTable(
    "statistics-rows",
    "统计表的行",
    "“统计表”页的行，按上级下发的表式改。“违法情形”“机构类别”按统计页上的名称填，不填就是全部。",
    StatisticsRow,
    (
        _row("二级以上公立医疗机构", RowScope.PUBLIC_SECONDARY),
        _row("其他医疗机构", RowScope.OTHER),
        _row("合计", RowScope.ALL),
    ),
    Permission.KEEP_FIGURES,
)
COLUMNS = KeptTable(
    "statistics-columns",
    "统计表的列",
    "“统计表”页的列，按上级下发的表式改。“取数”选系统统计什么；系统没有的（出动人次、罚款金额）选“手工填写”，在“统计表”页上按期填。",
    StatisticsColumn,
    (
        _column("机构数", Counted.REGISTERED),
        _column("已巡查", Counted.SEEN),
        _column("出动人次", Counted.HAND),
        _column("检查机构家次", Counted.HAND),
        _column("线索", Counted.ALL),
        _column("认定违法", Counted.CONFIRMED),
        _column("责令改正", Counted.ORDERED),
        _column("立案", Counted.FILED),
        _column("处罚", Counted.PENALISED),
        _column("罚没款（万元）", Counted.HAND),
    ),
    Permission.KEEP_FIGURES,
)
