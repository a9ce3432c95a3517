"""What people do: register, sign in, change what is theirs.

Some of it takes the database rather than a connection, because hashing a password takes long and no transaction
waits for it, and because an attempt counts whatever becomes of it.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

import structlog
from contracts.people import UserView
from servicekit.errors import Conflict, Forbidden, Unauthorized
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import emails, names, passwords, queries, session_queries, sessions
from auth.caller import Caller, person_of
from auth.means import Means
from auth.queries import Account
from auth.requests import Credentials, ProfileChange, Registration
from auth.sessions import Rotation, SignedIn

log = structlog.get_logger()


class EmailTaken(Conflict):
    """Somebody has an account with this address."""

    slug: ClassVar[str] = "email-taken"
    title: ClassVar[str] = "There is an account with this email address; sign in instead"


class WrongCredentials(Unauthorized):
    """The email and the password are not of one account. Which of them is wrong is not told."""

    slug: ClassVar[str] = "wrong-credentials"
    title: ClassVar[str] = "The email or the password is wrong"


class WrongPassword(Forbidden):
    """A signed-in person named another password than theirs."""

    slug: ClassVar[str] = "wrong-password"
    title: ClassVar[str] = "The password is wrong"


class AccountGone(Unauthorized):
    """The token is good, but its person or their place in the workspace is no more."""

    slug: ClassVar[str] = "account-gone"
    title: ClassVar[str] = "This account is no more"


async def register(means: Means, asked: Registration, *, caller: Caller, now: datetime) -> SignedIn:
    """Make an account with a workspace of its own, and sign in.

    Raises `EmailInvalid`, `EmailTaken`, `NameInvalid`, `PasswordRefused` and `TooManyAttempts`.
    """
    email = emails.normalise(asked.email)
    first_name = names.tidy(asked.first_name, field="first_name")
    last_name = names.tidy(asked.last_name, field="last_name")
    passwords.check(asked.password, about=(email, first_name, last_name, f"{first_name} {last_name}"))
    await means.limits.admit_registration(caller.address, now=now)
    password_hash = await means.hasher.hash(asked.password)
    person_id, workspace_id = uuid4(), uuid4()
    async with means.db.transaction(workspace_id) as conn:
        if not await queries.save_person(
            conn,
            person_id=person_id,
            email=email,
            first_name=first_name,
            last_name=last_name,
            password_hash=password_hash,
            now=now,
        ):
            raise EmailTaken
        await queries.save_workspace(conn, workspace_id=workspace_id, name=f"{first_name}'s workspace", now=now)
        await queries.save_member(conn, workspace_id=workspace_id, person_id=person_id, role="owner", now=now)
        account = Account(person_id=person_id, workspace_id=workspace_id, password_hash=password_hash)
        signed_in = await _enter(conn, means.rotation, account, "registered", caller=caller, now=now)
    log.info("person_registered", user_id=str(person_id), workspace_id=str(workspace_id))
    return signed_in


async def sign_in(means: Means, shown: Credentials, *, caller: Caller, now: datetime) -> SignedIn:
    """Open a session. Raises `WrongCredentials`, alike for unknown and wrong, and `TooManyAttempts`."""
    email = emails.key_of(shown.email)
    await means.limits.admit_sign_in(email, caller.address, now=now)
    async with means.db.transaction() as conn:
        account = await queries.find_account(conn, email)
    known = await means.hasher.matches(shown.password, account.password_hash if account else None)
    if account is None or not known:
        log.info("sign_in_refused", user_id=str(account.person_id) if account else None)
        raise WrongCredentials
    rehashed = await means.hasher.hash(shown.password) if means.hasher.is_outdated(account.password_hash) else None
    async with means.db.transaction(account.workspace_id) as conn:
        if not await queries.hold_account(conn, account):
            raise WrongCredentials
        if rehashed:
            await queries.update_person(conn, account.person_id, {"password_hash": rehashed})
        await means.limits.forgive_sign_in(conn, email, caller.address)
        return await _enter(conn, means.rotation, account, "signed_in", caller=caller, now=now)


async def _enter(
    conn: AsyncConnection, rotation: Rotation, account: Account, action: str, *, caller: Caller, now: datetime
) -> SignedIn:
    person_id, workspace_id = account.person_id, account.workspace_id
    token = await sessions.open_session(
        conn, rotation, person_id=person_id, workspace_id=workspace_id, device=caller.device, now=now
    )
    await queries.record(conn, action, workspace_id=workspace_id, actor_id=person_id, now=now)
    return SignedIn(await get_user(conn, person_id, workspace_id), token)


async def get_user(conn: AsyncConnection, person_id: UUID, workspace_id: UUID) -> UserView:
    """Show a person in their workspace. Raises `AccountGone`."""
    user = await queries.find_user(conn, person_id, workspace_id)
    if user is None:
        raise AccountGone
    return user


async def confirm_password(means: Means, person_id: UUID, password: str, *, now: datetime) -> None:
    """Make sure it is still the person who asks. Raises `WrongPassword`, `AccountGone` and `TooManyAttempts`."""
    await means.limits.admit_confirmation(person_id, now=now)
    async with means.db.transaction() as conn:
        kept = await queries.find_password_hash(conn, person_id)
    if kept is None:
        raise AccountGone
    if not await means.hasher.matches(password, kept):
        raise WrongPassword
    async with means.db.transaction() as conn:
        await means.limits.forgive_confirmation(conn, person_id)


async def change_profile(
    means: Means, principal: Principal, change: ProfileChange, *, refresh_token: str | None, now: datetime
) -> UserView:
    """Change a person's name or password; a new password ends every session but that of the refresh token.

    Raises `NameInvalid`, `PasswordRefused`, `WrongPassword`, `AccountGone` and `TooManyAttempts`.
    """
    person_id, workspace_id = person_of(principal), principal.workspace_id
    changes = {
        field: names.tidy(text, field=field)
        for field, text in (("first_name", change.first_name), ("last_name", change.last_name))
        if text is not None
    }
    if change.password:
        await confirm_password(means, person_id, change.password.current, now=now)
        async with means.db.transaction(workspace_id) as conn:
            user = await get_user(conn, person_id, workspace_id)
        passwords.check(change.password.new, about=(user.email, user.first_name, user.last_name, *changes.values()))
        changes["password_hash"] = await means.hasher.hash(change.password.new)
    async with means.db.transaction(workspace_id) as conn:
        if changes:
            await queries.update_person(conn, person_id, changes)
        if change.password:
            kept = await sessions.current_session(conn, refresh_token)
            ended = await session_queries.revoke_others(conn, person_id, kept=kept, now=now)
            await queries.record(conn, "password_changed", workspace_id=workspace_id, actor_id=person_id, now=now)
            log.info("password_changed", user_id=str(person_id), sessions_ended=ended)
        return await get_user(conn, person_id, workspace_id)
