"""OAuth: the screen where a person lets an app in, and the tokens that come of it."""

import hmac
import re
from base64 import b64decode
from collections.abc import Mapping
from secrets import token_hex
from urllib.parse import urlencode, urlsplit

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Struct, ValidationError, convert, structs

from sandbox.changes import GrantRevoked
from sandbox.clock import now_ms
from sandbox.consent import consent_page
from sandbox.pipedrive.company import Company
from sandbox.pipedrive.errors import oauth_refusal
from sandbox.store import Sandbox
from sandbox.tokens import Mint, Token, TokenInvalid
from sandbox.wire import JSON, Answer, HTTPRequest, Refusal, answer

CODE_MS = 300_000


class Wish(Struct, frozen=True):
    """What an app asks a person for, in the address it sends them to: not what for, as that is set at the app."""

    client_id: str
    redirect_uri: str
    state: str | None = None


class OAuth:
    """The apps that are known, the mint of their tokens, and the codes that were used up."""

    def __init__(self, sandbox: Sandbox, mint: Mint) -> None:
        settings = sandbox.settings
        self.sandbox = sandbox
        self.mint = mint
        self.clients = {settings.pipedrive_client_id: settings.pipedrive_client_secret}
        self.scopes = tuple(settings.pipedrive_scopes.split(","))
        self.token_seconds = settings.token_seconds
        self.used_codes: set[str] = set()

    def client(self, authorization: str) -> str:
        """The app that proves to be itself, by HTTP Basic. Raises `Refusal`."""
        kind, _, text = authorization.partition(" ")
        try:
            client_id, _, secret = b64decode(text, validate=True).decode().partition(":")
        except ValueError:
            client_id = secret = ""
        known = self.clients.get(client_id, "")
        if kind.lower() != "basic" or not known or not hmac.compare_digest(known.encode(), secret.encode()):
            raise oauth_refusal("invalid_client", "Invalid client: client is invalid", 401)
        return client_id

    def read(self, text: str, use: str, client_id: str) -> Token | None:
        """A token of that use and that app which still holds."""
        try:
            token = self.mint.read(text)
        except TokenInvalid:
            return None
        dead = token.use != use or self.sandbox.revoked(token) or self.sandbox.expired(token)
        return None if dead or token.client_id != client_id else token

    def redeem(self, form: Mapping[str, str], client_id: str) -> Token:
        """The grant that stands behind a code, once. Raises `Refusal`."""
        code = self.read(form.get("code", ""), "code", client_id)
        if code is None or code.grant in self.used_codes or code.redirect_uri != form.get("redirect_uri"):
            raise oauth_refusal("invalid_grant", "Invalid grant: authorization code is invalid")
        self.used_codes.add(code.grant)
        return structs.replace(code, use="refresh", made=now_ms(), ends=None, redirect_uri=None)


@get("/authorize", media_type="text/html")
async def show_consent(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Response[str]:
    """The screen: who asks, for what, and for which account."""
    wish = _wish(request, oauth)
    accounts = [company.opened for company in oauth.sandbox.accounts_of(Company)]
    body = consent_page("Pipedrive sandbox", app=wish.client_id, accounts=accounts, scopes=oauth.scopes)
    return Response(body, media_type="text/html")


@post("/authorize")
async def decide(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Redirect:
    """The person's decision: `account`, `decision` allow or deny, and `scope` where the app was set up otherwise."""
    wish, form = _wish(request, oauth), await request.form()
    query = {"state": wish.state} if wish.state is not None else {}
    if form.get("decision") != "allow":
        return _back(wish, query | {"error": "user_denied"})
    company = oauth.sandbox.account(Company, str(form.get("account", "")))
    if company is None:
        raise Refusal(400, {"success": False, "error": f"There is no account {form.get('account')}"})
    now = now_ms()
    code = Token(
        use="code",
        grant=token_hex(8),
        client_id=wish.client_id,
        account=company.opened.account,
        user_id=company.user_ids[0],
        scopes=tuple(re.split("[ ,]+", str(form["scope"]))) if "scope" in form else oauth.scopes,
        made=now,
        ends=now + CODE_MS,
        redirect_uri=wish.redirect_uri,
    )
    return _back(wish, {"code": oauth.mint.write(code)} | query)


@post("/token", status_code=200)
async def make_token(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Answer:
    """Tokens for a code, or a fresh access token for a refresh token, which stays the same."""
    client_id = oauth.client(request.headers.get("authorization", ""))
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    match form.get("grant_type"):
        case "authorization_code":
            grant = oauth.redeem(form, client_id)
            refresh_token = oauth.mint.write(grant)
        case "refresh_token":
            refresh_token = form.get("refresh_token", "")
            found = oauth.read(refresh_token, "refresh", client_id)
            if found is None:
                raise oauth_refusal("invalid_grant", "Invalid grant: refresh_token is invalid")
            grant = found
        case _:
            raise oauth_refusal("unsupported_grant_type", "Unsupported grant type: grant_type is invalid")
    return answer(_tokens(oauth, grant, refresh_token, str(request.base_url)))


@post("/revoke", status_code=200)
async def revoke(request: HTTPRequest, oauth: NamedDependency[OAuth]) -> Answer:
    """Withdraw a grant; a token that is dead already is no error."""
    client_id = oauth.client(request.headers.get("authorization", ""))
    text = str((await request.form()).get("token", ""))
    token = oauth.read(text, "refresh", client_id) or oauth.read(text, "access", client_id)
    if token is not None:
        oauth.sandbox.commit(GrantRevoked(at=now_ms(), grant=token.grant))
    return answer({"success": True})


def _tokens(oauth: OAuth, grant: Token, refresh_token: str, base_url: str) -> JSON:
    now = now_ms()
    access = structs.replace(grant, use="access", made=now, ends=now + oauth.token_seconds * 1000)
    return {
        "access_token": oauth.mint.write(access),
        "token_type": "Bearer",
        "refresh_token": refresh_token,
        "scope": ",".join(grant.scopes),
        "expires_in": oauth.token_seconds,
        # Every company answers at an address of its own, here below the one that was asked.
        "api_domain": f"{base_url.rstrip('/')}/pipedrive/{grant.account.partition(':')[2]}",
    }


def _wish(request: HTTPRequest, oauth: OAuth) -> Wish:
    try:
        wish = convert(dict(request.query_params), Wish)
    except ValidationError as error:
        raise Refusal(400, {"success": False, "error": f"The address is not complete: {error}"}) from error
    if wish.client_id not in oauth.clients:
        raise Refusal(400, {"success": False, "error": f"There is no app {wish.client_id}"})
    if urlsplit(wish.redirect_uri).scheme not in {"http", "https"}:
        raise Refusal(400, {"success": False, "error": "The redirect_uri is no web address"})
    return wish


def _back(wish: Wish, query: Mapping[str, str]) -> Redirect:
    mark = "&" if "?" in wish.redirect_uri else "?"
    return Redirect(f"{wish.redirect_uri}{mark}{urlencode(query)}", status_code=302)


ROUTES = (show_consent, decide, make_token, revoke)
