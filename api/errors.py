"""Errors of the pages and the API, named for what is answered. `api.answers` turns them into responses."""


class SignInNeeded(Exception):
    """Nobody is signed in; the browser is sent to the sign-in page and comes back after."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class NotAllowed(Exception):
    """Signed in, but this is not theirs."""


class FormExpired(Exception):
    """The form was not made for this sign-in (CSRF), or the sign-in is another one now."""


class TokenRefused(Exception):
    """No token, or none that is valid."""
