"""Every provider there is. Adding one is a line here."""

from providers.hubspot import HubSpot
from providers.pipedrive import Pipedrive
from providers.source import SourceProvider
from providers.zendesk import Zendesk

PROVIDERS: dict[str, SourceProvider] = {provider.name: provider for provider in (HubSpot(), Pipedrive(), Zendesk())}
