"""Help: the user guide, opened at the section for the user's previous page."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from api.context import Signed, page
from api.help.manual import PICTURES, find_section, read_page

router = APIRouter(prefix="/help", include_in_schema=False)


@router.get("")
def find(sign_in: Signed, at: Annotated[str, Query(max_length=2000)] = "") -> RedirectResponse:
    """The section that describes the page `at`."""
    section = find_section(at, sign_in.user.role)
    return RedirectResponse(
        f"/help/{section.page}" + (f"#{quote(section.title)}" if section.title else ""), 303
    )


@router.get("/pictures/{name}")
def picture(_: Signed, name: str) -> FileResponse:
    """A picture of the guide."""
    found = PICTURES.get(name)
    if found is None:
        raise HTTPException(404)
    return FileResponse(found, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{name}")
def show(request: Request, sign_in: Signed, name: str) -> HTMLResponse:
    """A page of the guide."""
    try:
        manual_page = read_page(name)
    except KeyError:
        raise HTTPException(404) from None
    return page(request, "help.html", sign_in=sign_in, manual=manual_page)
