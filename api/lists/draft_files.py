"""A draft and its files, as the pages of the lists ask for them."""

from fastapi import HTTPException
from sqlalchemy.orm import Session

from api.context import AppState
from records.lists import drafts
from records.lists.drafts import DraftRefused
from records.models import ListDraft


def draft_or_404(session: Session, draft_id: int) -> ListDraft:
    """The draft. Raises 404."""
    draft = session.get(ListDraft, draft_id)
    if draft is None:
        raise HTTPException(404)
    return draft


def draft_text(app: AppState, draft: ListDraft, name: str) -> str:
    """The text of a draft's file. Raises 404, and DraftRefused where it is not UTF-8."""
    content = drafts.draft_file(app.lists.folders, draft, name)
    if content is None:
        raise HTTPException(404)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise DraftRefused(f"{name} 不是 UTF-8 编码，请另存为 UTF-8 后导入") from None
