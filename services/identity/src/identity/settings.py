"""What identity is told; all of it is what every service is told."""

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """The settings of identity."""
