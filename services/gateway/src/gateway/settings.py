"""What the gateway is told."""

from servicekit.settings import ServiceSettings

POSITIVE = (
    *(
        "max_body_bytes",
        "max_upload_bytes",
        "max_delivery_bytes",
        "connect_seconds",
        "answer_seconds",
        "upload_idle_seconds",
        "keep_alive_seconds",
    ),
    *(
        "rate_per_minute",
        "address_rate_per_minute",
        "refused_delivery_rate_per_minute",
        "sign_in_rate_per_minute",
        "streams_per_user",
    ),
)


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """The shared settings, and the gateway's own.

    It stands before the world, so unlike the services behind it, it believes no `X-Forwarded-For` unless told whose.
    """

    forwarded_allow_ips: str = ""
    max_body_bytes: int = 10_000_000
    max_upload_bytes: int = 1_000_000_000
    """The longest request where a file is handed over."""
    max_delivery_bytes: int = 1_000_000
    """The longest webhook. By their own documentation HubSpot sends up to 100 events at once, each of half a kilobyte
    and a property's value, and Zendesk less than 256 KB; Pipedrive sends one record, and what it was before."""

    cors_origins: str = ""
    """Origins, comma-separated, whose pages may call us with credentials; our own page needs none."""

    connect_seconds: float = 2.0
    answer_seconds: float = 30.0
    """How long a service may take to begin its answer, counted from the end of the request."""
    upload_idle_seconds: float = 30.0
    """How long a client may keep silent in the middle of its body."""

    rate_per_minute: int = 1_200
    """Requests of one signed-in person."""
    address_rate_per_minute: int = 6_000
    """Requests of one address, signed in or not; webhooks do not count."""
    refused_delivery_rate_per_minute: int = 300
    """Webhooks of one address that were refused. Those that are taken do not count, however many they are."""
    sign_in_rate_per_minute: int = 60
    """Tries of one address to sign in or register."""

    streams_per_user: int = 20
    keep_alive_seconds: float = 15.0
    """How often a silent stream of live updates shows that it lives."""

    web_root: str = ""
    """Where the page is built to (`web/dist` of a checkout); it may be built while we run."""

    metrics_token: str = ""
    """What a scraper shows to read `/metrics`; while it is empty there is no `/metrics` here."""

    def __post_init__(self) -> None:
        """Refuse limits that let nothing through. Raises `ValueError`."""
        super().__post_init__()
        for name in POSITIVE:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name.upper()} must be above 0")
