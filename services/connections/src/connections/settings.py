"""What connections is told."""

from servicekit.settings import ServiceSettings

from connections.grants import key_ring


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """How our registrations with the providers are called, each provider says itself (`HUBSPOT_CLIENT_ID`).

    `webhooks_url` is where providers reach us, if that is not the public address.
    `sample_accounts` is `provider:account,provider:account`: where a sandbox stands in for the providers, the accounts
    that people may try everything with.
    `token_keys` is `id:base64,id:base64`, the newest first; without it, a key derived from `lead_secret` seals.
    """

    token_keys: str | None = None
    refresh_every_seconds: float = 300
    refresh_ahead_seconds: float = 600
    webhooks_url: str | None = None
    listen_every_seconds: float = 5
    sample_accounts: str = ""

    @property
    def told_at(self) -> str:
        """The address by which providers call us."""
        return self.webhooks_url or self.public_url

    @property
    def samples(self) -> dict[str, str]:
        """The account with sample data of each provider that has one. Raises `ValueError`."""
        pairs = [pair.strip().split(":") for pair in self.sample_accounts.split(",") if pair.strip()]
        return dict(pairs)

    def __post_init__(self) -> None:
        """Refuse a weak secret and keys that are none. Raises `ValueError`."""
        ServiceSettings.__post_init__(self)
        try:
            key_ring(self.token_keys, self.lead_secret)
        except ValueError as error:
            # What is wrong with a key is not repeated: the message goes to a log.
            raise ValueError("TOKEN_KEYS needs the form id:base64 of 32 bytes, and no key k1") from error
        try:
            _ = self.samples
        except ValueError as error:
            raise ValueError("SAMPLE_ACCOUNTS needs the form provider:account,provider:account") from error
