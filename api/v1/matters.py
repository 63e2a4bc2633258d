"""Matters: which transfers belong together."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.context import App
from api.v1.caller import TokenCaller
from api.v1.transfers import problems
from records.database import reading
from records.models import SourceKind, TransferState
from records.transfers.matters import MatterCounted, list_office_matters

router = APIRouter(prefix="/api/v1/matters", tags=["事项"], responses=problems())


class MatterOut(BaseModel):
    """A matter 事项: the pages of one site or account that were transferred on one day."""

    id: int
    institution: str = Field(description="机构第一名称")
    credit_code: str
    site: str | None = Field(description="站点首页；公众号为空")
    account: str | None = Field(description="公众号名称；站点为空")
    opened_on: date
    items: int = Field(description="多少件")
    open_items: int = Field(description="其中尚未反馈的")
    by_state: dict[TransferState, int] = Field(description="各状态多少件")


class MatterList(BaseModel):
    """A part of the matters. Ask again with `after` = `next_after` until that is null."""

    items: list[MatterOut]
    next_after: int | None


@router.get("", summary="列出事项")
def list_matters(
    app: App,
    caller: TokenCaller,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="从这个编号之后开始")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    answered: Annotated[bool, Query(description="也列已全部反馈的")] = False,
) -> MatterList:
    """本部门的事项，先转送的在前；其中的转送件用 /api/v1/transfers?matter= 列出。"""
    with reading(app.engine) as session:
        found = list_office_matters(session, caller.office.id, after, limit + 1, only_open=not answered)
        items = [_matter_out(one) for one in found[:limit]]
    return MatterList(items=items, next_after=items[-1].id if len(found) > limit else None)


def _matter_out(counted: MatterCounted) -> MatterOut:
    matter = counted.matter
    source = matter.source
    institution = source.institution
    return MatterOut(
        id=matter.id,
        institution=institution.name,
        credit_code=institution.credit_code,
        site=source.address if source.kind is SourceKind.SITE else None,
        account=source.name,
        opened_on=matter.opened_on,
        items=counted.items,
        open_items=counted.open_items,
        by_state=dict(counted.by_state),
    )
