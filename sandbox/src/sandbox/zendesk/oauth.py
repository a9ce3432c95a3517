"""OAuth: the screen where a person lets an app into the account, and tokens that are spent when they are renewed."""

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
from msgspec import MsgspecError, Struct, ValidationError, convert, json, structs

from sandbox.changes import GrantRevoked
from sandbox.clock import iso, now_ms
from sandbox.consent import consent_page
from sandbox.store import Sandbox
from sandbox.tokens import Mint, Token, TokenInvalid
from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import bad_parameter, not_found, oauth_refusal
from sandbox.zendesk.gate import Caller

CODE_MS = 120_000
ACCESS_SECONDS = range(300, 172_801)
REFRESH_SECONDS = range(604_800, 7_776_001)
USUAL_REFRESH_SECONDS = 2_592_000


class Wish(Struct, frozen=True):
    """What an app asks a person for, in the address it sends them to."""

    client_id: str
    redirect_uri: str
    response_type: str
    scope: str = "read write"
    state: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str = "S256"


class TokenWish(Struct, frozen=True):
    """What an app sends for a token, in JSON."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    scope: str | None = None
    expires_in: int | None = None
    refresh_token_expires_in: int | None = None


class OAuth:
    """The app that is known, the mint of its tokens, and the codes that were used up."""

    def __init__(self, sandbox: Sandbox, mint: Mint) -> None:
        self.sandbox = sandbox
        self.mint = mint
        self.clients = {sandbox.settings.zendesk_client_id: sandbox.settings.zendesk_client_secret}
        self.used_codes: set[str] = set()

    def desk(self, subdomain: str) -> Desk:
        """The account of a subdomain. Raises `Refusal`."""
        desk = self.sandbox.account(Desk, subdomain)
        if desk is None:
            raise not_found()
        return desk

    def check(self, wish: TokenWish) -> None:
        """Raise `Refusal` unless an app proves to be itself, and asks for lifetimes that there are."""
        secret = self.clients.get(wish.client_id)
        if secret is None or not hmac.compare_digest(secret.encode(), wish.client_secret.encode()):
            raise oauth_refusal(401, "invalid_client", "Client authentication failed")
        lifetimes = ((wish.expires_in, ACCESS_SECONDS), (wish.refresh_token_expires_in, REFRESH_SECONDS))
        if any(asked is not None and asked not in possible for asked, possible in lifetimes):
            raise oauth_refusal(400, "invalid_request", "expires_in is out of range")

    def spend(self, desk: Desk, text: str, use: str, wish: TokenWish) -> Token:
        """The token behind a code or a refresh token, which is dead from now on. Raises `Refusal`."""
        refusal = oauth_refusal(400, "invalid_grant", "The grant is invalid, expired, revoked, or was used before")
        try:
            token = self.mint.read(text)
        except TokenInvalid as error:
            raise refusal from error
        foreign = (token.use, token.account, token.client_id) != (use, desk.opened.account, wish.client_id)
        if foreign or self.sandbox.revoked(token) or self.sandbox.expired(token) or token.grant in self.used_codes:
            raise refusal
        if use == "code":
            digest = urlsafe_b64encode(sha256(wish.code_verifier.encode()).digest()).decode().rstrip("=")
            unproven = token.code_challenge is not None and not hmac.compare_digest(token.code_challenge, digest)
            if unproven or token.redirect_uri != wish.redirect_uri:
                raise refusal
            self.used_codes.add(token.grant)
        else:
            self.sandbox.commit(GrantRevoked(at=now_ms(), grant=token.grant))
        return token

    def pair(self, token: Token, wish: TokenWish) -> JSON:
        """Two new tokens, which live and die together."""
        now, lives = now_ms(), wish.refresh_token_expires_in or USUAL_REFRESH_SECONDS
        grant = structs.replace(
            token,
            grant=token_hex(8),
            made=now,
            redirect_uri=None,
            code_challenge=None,
            use="refresh",
            ends=now + lives * 1000,
        )
        ends = now + wish.expires_in * 1000 if wish.expires_in else None
        return {
            "access_token": self.mint.write(structs.replace(grant, use="access", ends=ends)),
            "refresh_token": self.mint.write(grant),
            "token_type": "bearer",
            "scope": " ".join(token.scopes),
            "expires_in": wish.expires_in,
            "refresh_token_expires_in": lives,
        }


@get("/zendesk/{subdomain:str}/oauth/authorizations/new", media_type="text/html")
async def show_consent(subdomain: FromPath[str], request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Response[str]:
    """The screen: who asks, and for what."""
    desk, wish = oauth.desk(subdomain), _wish(request, oauth)
    body = consent_page("Zendesk sandbox", app=wish.client_id, accounts=[desk.opened], scopes=wish.scope.split())
    return Response(body, media_type="text/html")


@post("/zendesk/{subdomain:str}/oauth/authorizations/new")
async def decide(subdomain: FromPath[str], request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Redirect:
    """The decision of the account's administrator, as a form: `decision` allow or deny."""
    desk, wish, form = oauth.desk(subdomain), _wish(request, oauth), await request.form()
    query = {"state": wish.state} if wish.state is not None else {}
    if form.get("decision") != "allow":
        denied = {
            "error": "access_denied",
            "error_description": "The end-user denied the request",
        }
        return _back(wish, denied | query)
    now = now_ms()
    code = Token(
        use="code",
        grant=token_hex(8),
        client_id=wish.client_id,
        account=desk.opened.account,
        user_id=int(desk.agents.id_of(0)),
        scopes=tuple(wish.scope.split()),
        made=now,
        ends=now + CODE_MS,
        redirect_uri=wish.redirect_uri,
        code_challenge=wish.code_challenge,
    )
    return _back(wish, {"code": oauth.mint.write(code)} | query)


@post("/zendesk/{subdomain:str}/oauth/tokens", status_code=200)
async def make_token(subdomain: FromPath[str], request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Answer:
    """Two tokens for a code, or for a refresh token, which is spent by it, as is its access token."""
    desk = oauth.desk(subdomain)
    try:
        wish = json.decode(await request.body() or b"{}", type=TokenWish)
    except MsgspecError as error:
        raise oauth_refusal(400, "invalid_request", "The body is not what it should be") from error
    oauth.check(wish)
    match wish.grant_type:
        case "authorization_code":
            token = oauth.spend(desk, wish.code, "code", wish)
        case "refresh_token":
            token = oauth.spend(desk, wish.refresh_token, "refresh", wish)
        case _:
            raise oauth_refusal(400, "unsupported_grant_type", "This grant type is not supported")
    return answer(oauth.pair(token, wish))


@get("/oauth/tokens/current")
async def show_token(caller: NamedDependency[Caller]) -> Answer:
    """What the token of this very call stands for."""
    if caller.token is None:
        raise not_found()
    token = caller.token
    shown = {
        "id": int(token.grant, 16) >> 16,
        "client_id": 1,
        "user_id": token.user_id,
        "scopes": token.scopes,
        "created_at": iso(token.made),
        "expires_at": iso(token.ends) if token.ends else None,
    }
    return answer({"token": shown})


@delete("/oauth/tokens/current", status_code=204)
async def revoke_token(caller: NamedDependency[Caller], oauth: NamedDependency[OAuth]) -> None:
    """Let the token of this very call be the last of its grant."""
    if caller.token is None:
        raise not_found()
    oauth.sandbox.commit(GrantRevoked(at=now_ms(), grant=caller.token.grant))


def _wish(request: HTTPRequest, oauth: OAuth) -> Wish:
    try:
        wish = convert(dict(request.query_params), Wish)
    except ValidationError as error:
        raise bad_parameter(f"The authorization address is not complete: {error}") from error
    if wish.client_id not in oauth.clients or wish.response_type != "code":
        raise bad_parameter("There is no such client, or it asks for no code", "invalid_request")
    if urlsplit(wish.redirect_uri).scheme not in {"http", "https"}:
        raise bad_parameter("The redirect_uri is no web address", "invalid_request")
    if wish.code_challenge is not None and wish.code_challenge_method != "S256":
        raise bad_parameter("Only the code_challenge_method S256 is taken", "invalid_request")
    return wish


def _back(wish: Wish, query: Mapping[str, str]) -> Redirect:
    mark = "&" if "?" in wish.redirect_uri else "?"
    return Redirect(f"{wish.redirect_uri}{mark}{urlencode(query)}", status_code=302)


FOR_ANYBODY = (show_consent, decide, make_token)
ROUTES = (show_token, revoke_token)
