"""Emails: one spelling for all the ways in which mail would reach the same mailbox."""

import re
import unicodedata
from functools import lru_cache

import idna

from identity.normalise.letters import INVISIBLE
from identity.normalise.mailboxes import is_disposable, is_role

LONGEST = 320

# Most emails: nothing invisible in them, nothing beyond ASCII, no scheme, one @ before a domain.
_PLAIN = re.compile(r"(?!mailto:)[!-;=?A-~]++@[!-;=?A-~]++")
_NAMED = re.compile(r"[^<>]*<\s*([^<>]+?)\s*>")

_SAME_HOST = {"googlemail.com": "gmail.com", "pm.me": "proton.me", "protonmail.com": "proton.me"}

_DOTS_IGNORED = frozenset({"gmail.com"})

# Hosts that say they deliver ada+news to ada. A host of which that is not known keeps its tags: there they may be
# two people.
_TAGS_IGNORED = frozenset({
    "fastmail.com", "fastmail.fm", "gmail.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr",
    "icloud.com", "live.com", "mac.com", "me.com", "msn.com", "outlook.com", "outlook.de", "outlook.fr",
    "posteo.de", "proton.me", "zoho.com",
})  # fmt: skip

_PECULIAR = _TAGS_IGNORED.union(_SAME_HOST, _DOTS_IGNORED)
"""Hosts where one mailbox has several spellings."""


def address(email: str) -> str:
    """Write an email in lower case without what is invisible or about it, tags and dots as they are; may be empty."""
    plain = email.lower()
    return plain if _PLAIN.fullmatch(plain) else _cleaned(plain)


def mailbox(email: str) -> str | None:
    """Write an email as its mailbox, `local@host` in lower case; None for what no mail could be sent to."""
    plain = address(email)
    local, _, host = plain.rpartition("@")
    if not (local and host) or len(plain) > LONGEST:
        return None
    if host not in _PECULIAR:
        return plain
    host = _SAME_HOST.get(host, host)
    if host in _TAGS_IGNORED:
        local = local.partition("+")[0] or local
    if host in _DOTS_IGNORED:
        local = local.replace(".", "") or local
    return f"{local}@{host}"


def is_personal(mailbox: str) -> bool:
    """Whether a mailbox can tell people apart: no desk's, none that is thrown away after use."""
    local, _, host = mailbox.rpartition("@")
    return not (is_role(local) or _is_disposable(host))


_is_disposable = lru_cache(maxsize=10_000)(is_disposable)


def _cleaned(email: str) -> str:
    plain = unicodedata.normalize("NFKC", email.translate(INVISIBLE)).strip().lower().removeprefix("mailto:")
    if named := _NAMED.fullmatch(plain):
        plain = named[1]
    local, _, host = plain.rpartition("@")
    host = host.rstrip(".")
    if not host.isascii():
        host = _in_ascii(host)
    return "" if len(f"{local}{host}".split()) > 1 else f"{local}@{host}"


def _in_ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return host
