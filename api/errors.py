"""Errors of the pages and the API, named for their responses. `api.error_responses` turns them into
responses."""


class SignInNeeded(Exception):
    """Nobody is signed in; the browser is sent to the sign-in page and comes back after."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class SecondFactorNeeded(Exception):
    """Signed in by a password alone, where a second factor is required: the browser is sent to set one up."""


class NotAllowed(Exception):
    """Signed in, but without the permission."""


class FormExpired(Exception):
    """The form was not made for this sign-in (CSRF), or the sign-in has changed."""


class TokenRefused(Exception):
    """No token, or an invalid one."""


class TooManyCalls(Exception):
    """The token calls too often; another call is allowed after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"调用过于频繁，请在 {seconds:.0f} 秒后重试" if seconds >= 1 else "调用过于频繁，请稍后重试"
        )
        self.seconds = seconds


class BodyTooLarge(Exception):
    """The request's body exceeds the limit for its sender."""


class BodyTooSlow(Exception):
    """The request's body did not come in time."""
