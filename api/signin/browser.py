"""A browser that signs in: its cookie, and where it goes."""

from datetime import datetime

from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from api.context import COOKIE, AppState
from records.models import User
from records.people.sign_in import open_sign_in


def signed_in_response(
    session: Session, app: AppState, user: User, wanted: str, now: datetime
) -> RedirectResponse:
    """Sign the user's browser in, and send it to `wanted`."""
    hours = app.settings.session_hours
    token = open_sign_in(session, user, now, hours)
    response = RedirectResponse(wanted, 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(hours * 3600),
        httponly=True,
        samesite="lax",
        secure=app.settings.secure_cookies,
    )
    return response


def own_path(wanted: str) -> str:
    """A path of this site only: a sign-in must not lead elsewhere."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if own and not any(ord(character) < 32 for character in wanted) else "/"
