"""Where grants are kept and used: the database, the keys that open it, the providers it is all for."""

import msgspec
from servicekit.database import Database
from servicekit.secrets import KeyRing

from connections.registrations import Registrations


class Vault(msgspec.Struct, frozen=True):
    """What a journey between the database and a provider needs. The network is never used inside a transaction."""

    db: Database
    ring: KeyRing
    registrations: Registrations
