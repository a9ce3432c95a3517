"""Where a provider tells of what happens in an account."""

import msgspec


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An address, the subscription it was given by, and the secret that proves who calls there.

    `events` is what was subscribed to; everything where nothing is said.
    """

    id: str
    url: str
    secret: str
    user: str = ""
    events: tuple[str, ...] = ()
