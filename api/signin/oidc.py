"""Signing in by an identity provider (OpenID Connect Core 1.0, authorization code flow with PKCE, RFC 7636).

The provider says who somebody is; Qingyi decides on their permissions: only a user that an administrator has
added can sign in. A separate cookie holds the values to bring back (state, nonce, verifier) for ten minutes.
"""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwk, jwt
from joserfc.errors import JoseError
from requests import RequestException

from api.context import App, AppState, Now
from api.signin.browser import own_path, sign_in_page, signed_in_response
from records.database import transaction
from records.people.sign_in import SignInRefused, user_from_identity_provider

router = APIRouter(prefix="/signin/oidc", include_in_schema=False)

_COOKIE, _COOKIE_SECONDS = "qingyi_oidc", 600
_SECONDS, _LEEWAY = 10.0, 60
_SECRET_BY = ("client_secret_post", "client_secret_basic")
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]


class ProviderFailed(Exception):
    """The identity provider cannot be used, or its statements cannot be trusted; the message says why, in
    Chinese."""


@dataclass(frozen=True)
class _AuthorizationRequest:
    """The values with which a browser was sent to the provider."""

    state: str
    nonce: str
    verifier: str
    wanted: str

    @classmethod
    def read(cls, cookie: str) -> "_AuthorizationRequest | None":
        parts = cookie.split(".", 3)
        return cls(*parts) if len(parts) == 4 else None

    def __str__(self) -> str:
        return ".".join((self.state, self.nonce, self.verifier, self.wanted))


@router.get("")
def begin(request: Request, app: App, next: str = "/") -> Response:  # noqa: A002 - the query's own name
    """Send the browser to the provider."""
    _require(app)
    try:
        provider = _provider(app)
    except ProviderFailed as failed:
        return sign_in_page(request, 502, own_path(next), str(failed))
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    with _session(request, app, provider) as oauth:
        location, state = oauth.create_authorization_url(
            provider["authorization_endpoint"], nonce=nonce, code_verifier=verifier
        )
    authorization = _AuthorizationRequest(state, nonce, verifier, own_path(next))
    response = RedirectResponse(location, 303)
    response.set_cookie(
        _COOKIE,
        str(authorization),
        max_age=_COOKIE_SECONDS,
        path="/signin/oidc",
        httponly=True,
        samesite="lax",
        secure=app.settings.secure_cookies,
    )
    return response


@router.get("/callback")
def callback(
    request: Request,
    app: App,
    now: Now,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=2_000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The browser comes back: verify the provider's statements, and sign the user in."""
    _require(app)
    authorization = _AuthorizationRequest.read(request.cookies.get(_COOKIE, ""))
    wanted, refused, name = authorization.wanted if authorization else "/", "", ""
    if authorization is None or not secrets.compare_digest(state.encode(), authorization.state.encode()):
        refused = "登录已过期或不是从本页发起的，请重试"
    elif error or not code:
        refused = "统一身份认证没有同意登录"
    else:
        try:
            name = _name(request, app, code, authorization)
        except ProviderFailed as failed:
            refused = str(failed)
    response: Response | None = None
    with transaction(app.engine) as session:
        if not refused:
            try:
                user = user_from_identity_provider(session, name, now)
                response = signed_in_response(session, app, user, own_path(wanted), now)
            except SignInRefused as failed_sign_in:
                refused = str(failed_sign_in)
    if response is None:
        response = sign_in_page(request, 401, own_path(wanted), refused)
    response.delete_cookie(_COOKIE, path="/signin/oidc")
    return response


def _name(request: Request, app: AppState, code: str, authorization: _AuthorizationRequest) -> str:
    """The user's name that the provider vouches for. Raises ProviderFailed."""
    provider, settings = _provider(app), app.settings
    try:
        with _session(request, app, provider) as oauth:
            tokens = oauth.fetch_token(
                provider["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=authorization.verifier,
                timeout=_SECONDS,
            )
    except (AuthlibBaseError, RequestException, ValueError) as error:
        raise ProviderFailed(f"统一身份认证无法使用：{type(error).__name__}") from None
    claims = _id_token(provider, settings.oidc_client_id, tokens, authorization.nonce)
    name = claims.get(settings.oidc_claim)
    if not isinstance(name, str) or not name:
        raise ProviderFailed(f"统一身份认证没有给出 {settings.oidc_claim}")
    return name


def _id_token(provider: dict[str, Any], client_id: str, tokens: dict[str, Any], nonce: str) -> CodeIDToken:
    """The claims of the signed ID token (OpenID Connect Core 1.0, 3.1.3.7). Raises ProviderFailed."""
    keys = jwk.KeySet.import_key_set(_fetch_json("GET", provider["jwks_uri"]))  # type: ignore[arg-type]
    try:
        token = jwt.decode(str(tokens.get("id_token", "")), keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": provider["issuer"]},
                "aud": {"essential": True, "value": client_id},
            },
            params={"nonce": nonce, "client_id": client_id, "access_token": tokens.get("access_token")},
        )
        claims.validate(leeway=_LEEWAY)
    except (AuthlibBaseError, JoseError, ValueError) as error:
        raise ProviderFailed(f"统一身份认证的应答不可信：{error}") from None
    return claims


def _provider(app: AppState) -> dict[str, Any]:
    """The provider's metadata (OpenID Connect Discovery 1.0). Raises ProviderFailed."""
    issuer = app.settings.oidc_issuer.rstrip("/")
    found = _fetch_json("GET", f"{issuer}/.well-known/openid-configuration")
    missing = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys()
    if missing or str(found["issuer"]).rstrip("/") != issuer:
        raise ProviderFailed("统一身份认证的配置不完整，或不属于所设的地址")
    return found


def _fetch_json(method: str, url: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - handed on to httpx
    try:
        answer = httpx.request(method, url, timeout=_SECONDS, **more)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderFailed(f"统一身份认证无法使用：{type(error).__name__}") from None
    if not isinstance(found, dict):
        raise ProviderFailed("统一身份认证的应答不是所需的格式")
    return found


def _session(request: Request, app: AppState, provider: dict[str, Any]) -> OAuth2Session:
    # OpenID Connect Discovery 1.0: a provider that names no method takes the secret by HTTP Basic.
    methods = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = next((one for one in _SECRET_BY if one in methods), _SECRET_BY[0])
    return OAuth2Session(
        app.settings.oidc_client_id,
        app.settings.oidc_client_secret.get_secret_value(),
        scope="openid profile",
        redirect_uri=str(request.url_for("callback")),
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
    )


def _require(app: AppState) -> None:
    if not app.settings.oidc_issuer:
        raise HTTPException(404)
