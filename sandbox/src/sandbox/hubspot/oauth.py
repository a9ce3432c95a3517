"""OAuth: the screen where a person lets an app in, and the tokens that come of it."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_hex
from urllib.parse import urlencode, urlsplit

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct, ValidationError, convert, structs

from sandbox.changes import GrantRevoked
from sandbox.clock import now_ms
from sandbox.consent import consent_page
from sandbox.hubspot.errors import HubSpotError, oauth_refusal
from sandbox.hubspot.portal import Portal
from sandbox.store import Sandbox
from sandbox.tokens import Mint, Token, TokenInvalid
from sandbox.wire import JSON, Answer, HTTPRequest, answer

CODE_MS = 600_000
APP_ID = 18_221_010


class Wish(Struct, frozen=True):
    """What an app asks a person for, in the address it sends them to."""

    client_id: str
    redirect_uri: str
    scope: str = ""
    optional_scope: str = ""
    state: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str = "S256"


class TokenWish(Struct, frozen=True):
    """What an app sends for a token."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    token: str = ""


class OAuth:
    """The apps that are known, the mint of their tokens, and the codes that were used up."""

    def __init__(self, sandbox: Sandbox, mint: Mint) -> None:
        settings = sandbox.settings
        self.sandbox = sandbox
        self.mint = mint
        self.clients = {settings.hubspot_client_id: settings.hubspot_client_secret}
        self.token_seconds = settings.token_seconds
        self.used_codes: set[str] = set()

    def check_client(self, wish: TokenWish) -> None:
        """Raise `HubSpotError` unless an app proves to be itself."""
        secret = self.clients.get(wish.client_id)
        if secret is None:
            raise oauth_refusal("BAD_CLIENT_ID", "missing or unknown client id", "invalid_client")
        if not hmac.compare_digest(secret.encode(), wish.client_secret.encode()):
            raise oauth_refusal("BAD_CLIENT_SECRET", "missing or invalid client secret", "invalid_client")

    def read(self, text: str, use: str) -> Token | None:
        """A token of that use that still holds."""
        try:
            token = self.mint.read(text)
        except TokenInvalid:
            return None
        dead = token.use != use or self.sandbox.revoked(token) or self.sandbox.expired(token)
        return None if dead else token

    def redeem(self, wish: TokenWish) -> Token:
        """The token that stands behind a code, once. Raises `HubSpotError`."""
        code = self.read(wish.code, "code")
        if code is None or code.client_id != wish.client_id or code.grant in self.used_codes:
            raise oauth_refusal("BAD_AUTH_CODE", "missing or unknown auth code", "invalid_grant")
        if code.redirect_uri != wish.redirect_uri:
            raise oauth_refusal("BAD_REDIRECT_URI", "missing or wrong redirect uri", "invalid_grant")
        digest = urlsafe_b64encode(sha256(wish.code_verifier.encode()).digest()).decode().rstrip("=")
        if code.code_challenge is not None and not hmac.compare_digest(code.code_challenge, digest):
            raise oauth_refusal("BAD_CODE_VERIFIER", "code verifier does not fit", "invalid_grant")
        self.used_codes.add(code.grant)
        return structs.replace(code, use="refresh", made=now_ms(), ends=None, redirect_uri=None, code_challenge=None)


@get("/authorize", media_type="text/html")
async def show_consent(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Response[str]:
    """The screen: who asks, for what, and for which account."""
    wish = _wish(request, oauth)
    accounts = [portal.opened for portal in oauth.sandbox.accounts_of(Portal)]
    body = consent_page("HubSpot sandbox", app=wish.client_id, accounts=accounts, scopes=wish.scope.split())
    return Response(body, media_type="text/html")


@post("/authorize")
async def decide(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Redirect:
    """The person's decision, as a form: `account`, and `decision` allow or deny."""
    wish, form = _wish(request, oauth), await request.form()
    query = {"state": wish.state} if wish.state is not None else {}
    if form.get("decision") != "allow":
        query |= {"error": "access_denied", "error_description": "The user denied access"}
        return _back(wish, query)
    text = str(form.get("account", ""))
    portal = oauth.sandbox.account(Portal, text)
    if portal is None:
        raise HubSpotError(400, f"There is no account {text}")
    now = now_ms()
    code = Token(
        use="code",
        grant=token_hex(8),
        client_id=wish.client_id,
        account=portal.opened.account,
        user_id=int(portal.owner_ids[0]),
        scopes=tuple(wish.scope.split() + wish.optional_scope.split()),
        made=now,
        ends=now + CODE_MS,
        redirect_uri=wish.redirect_uri,
        code_challenge=wish.code_challenge,
    )
    return _back(wish, {"code": oauth.mint.write(code)} | query)


@post("/v1/token", status_code=200)
async def make_token_v1(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Answer:
    """The older way, which also reads the query and tells less."""
    form = await request.form()
    granted = _make_token(oauth, {**request.query_params, **form})
    return answer({name: granted[name] for name in ("token_type", "refresh_token", "access_token", "expires_in")})


@post(["/v3/token", "/2026-03/token", "/2026-09/token"], status_code=200)
async def make_token(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Answer:
    """Tokens for a code, or a fresh access token for a refresh token, which stays the same."""
    return answer(_make_token(oauth, await request.form()))


@post(
    ["/v3/token/introspect", "/2026-03/token/introspect", "/2026-09/token/introspect"],
    status_code=200,
)
async def introspect(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Answer:
    """What a token stands for, told to the app that has it."""
    wish = _token_wish(await request.form())
    oauth.check_client(wish)
    token = oauth.read(wish.token, "access") or oauth.read(wish.token, "refresh")
    if token is None or token.client_id != wish.client_id:
        return answer({"active": False})
    return answer({"active": True, "token_use": f"{token.use}_token", **_described(oauth, token, wish.token)})


@post(["/v3/token/revoke", "/2026-03/token/revoke", "/2026-09/token/revoke"], status_code=200)
async def revoke(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Answer:
    """Withdraw a grant; a token that is dead already is no error."""
    wish = _token_wish(await request.form())
    oauth.check_client(wish)
    _revoke(oauth, wish.token)
    return answer({})


@get("/v1/access-tokens/{token:str}")
async def describe_access_token(token: FromPath[str], oauth: NamedDependency[OAuth]) -> Answer:
    """What an access token stands for."""
    return _describe(oauth, token, "access")


@get("/v1/refresh-tokens/{token:str}")
async def describe_refresh_token(token: FromPath[str], oauth: NamedDependency[OAuth]) -> Answer:
    """What a refresh token stands for."""
    return _describe(oauth, token, "refresh")


@delete("/v1/refresh-tokens/{token:str}")
async def revoke_v1(token: FromPath[str], oauth: NamedDependency[OAuth]) -> None:
    """Withdraw a grant, the older way."""
    _revoke(oauth, token)


def _wish(request: HTTPRequest, oauth: OAuth) -> Wish:
    try:
        wish = convert(dict(request.query_params), Wish)
    except ValidationError as error:
        raise HubSpotError(400, f"The authorization address is not complete: {error}") from error
    if wish.client_id not in oauth.clients:
        raise HubSpotError(400, f"There is no app {wish.client_id}")
    if urlsplit(wish.redirect_uri).scheme not in {"http", "https"}:
        raise HubSpotError(400, "The redirect_uri is no web address")
    if wish.code_challenge is not None and wish.code_challenge_method != "S256":
        raise HubSpotError(400, "Only the code_challenge_method S256 is taken")
    return wish


def _back(wish: Wish, query: Mapping[str, str]) -> Redirect:
    mark = "&" if "?" in wish.redirect_uri else "?"
    return Redirect(f"{wish.redirect_uri}{mark}{urlencode(query)}", status_code=302)


def _token_wish(form: Mapping[str, object]) -> TokenWish:
    return convert({name: value for name, value in form.items() if isinstance(value, str)}, TokenWish)


def _make_token(oauth: OAuth, form: Mapping[str, object]) -> JSON:
    wish = _token_wish(form)
    oauth.check_client(wish)
    match wish.grant_type:
        case "authorization_code":
            grant = oauth.redeem(wish)
            refresh_token = oauth.mint.write(grant)
        case "refresh_token":
            found = oauth.read(wish.refresh_token, "refresh")
            if found is None or found.client_id != wish.client_id:
                message = "refresh token is invalid, expired or revoked"
                raise oauth_refusal("BAD_REFRESH_TOKEN", message, "invalid_grant")
            grant, refresh_token = found, wish.refresh_token
        case _:
            raise oauth_refusal("BAD_GRANT_TYPE", "missing or unknown grant type", "unsupported_grant_type")
    now = now_ms()
    access = structs.replace(grant, use="access", made=now, ends=now + oauth.token_seconds * 1000)
    return {
        "token_type": "bearer",
        "refresh_token": refresh_token,
        "access_token": oauth.mint.write(access),
        "expires_in": oauth.token_seconds,
        "hub_id": int(grant.account.partition(":")[2]),
        "user_id": grant.user_id,
        "scopes": grant.scopes,
        "token_use": "access_token",
    }


def _describe(oauth: OAuth, text: str, use: str) -> Answer:
    token = oauth.read(text, use)
    if token is None:
        raise HubSpotError(404, f"{use} token is unknown or expired", "OBJECT_NOT_FOUND")
    return answer(_described(oauth, token, text))


def _described(oauth: OAuth, token: Token, text: str) -> JSON:
    portal = oauth.sandbox.account(Portal, token.account.partition(":")[2])
    assert portal, "a token of a closed account is dead"
    described: JSON = {
        "token": text,
        "user": f"admin@portal-{portal.portal_id}.example",
        "hub_domain": f"{portal.opened.name.lower().replace(' ', '-')}.example",
        "scopes": token.scopes,
        "hub_id": portal.portal_id,
        "user_id": token.user_id,
        "token_type": token.use,
        "is_private_distribution": False,
    }
    if token.ends is None:
        described["client_id"] = token.client_id
    else:
        described |= {"app_id": APP_ID, "expires_in": max(0, (token.ends - now_ms()) // 1000)}
    return described


def _revoke(oauth: OAuth, text: str) -> None:
    token = oauth.read(text, "refresh") or oauth.read(text, "access")
    if token is not None:
        oauth.sandbox.commit(GrantRevoked(at=now_ms(), grant=token.grant))


ROUTES = (
    show_consent,
    decide,
    make_token_v1,
    make_token,
    introspect,
    revoke,
    describe_access_token,
    describe_refresh_token,
    revoke_v1,
)
