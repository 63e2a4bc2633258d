"""Errors of the pages and the API, named for what is answered. `api.error_responses` turns them into responses."""


class SignInNeeded(Exception):
    """Nobody is signed in; the browser is sent to the sign-in page and comes back after."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class SecondFactorNeeded(Exception):
    """Signed in by a password alone, where a second factor is required: the browser is sent to set one up."""


class NotAllowed(Exception):
    """Signed in, but this is not theirs."""


class FormExpired(Exception):
    """The form was not made for this sign-in (CSRF), or the sign-in is another one now."""


class TokenRefused(Exception):
    """No token, or none that is valid."""


class TooManyCalls(Exception):
    """The token calls too often; another call may be made after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"调用过于频繁，请在 {seconds:.0f} 秒后重试" if seconds >= 1 else "调用过于频繁，请稍后重试"
        )
        self.seconds = seconds


class BodyTooLarge(Exception):
    """The request's body is longer than is taken from who sends it."""


class BodyTooSlow(Exception):
    """The request's body did not come in time."""
