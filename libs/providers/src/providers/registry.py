"""Every source there is. Adding one is a line here."""

from providers.csv_file import CsvFile
from providers.files import FileSource
from providers.hubspot import HubSpot
from providers.pipedrive import Pipedrive
from providers.source import SourceProvider
from providers.vcard_file import VCardFile
from providers.zendesk import Zendesk

PROVIDERS: dict[str, SourceProvider] = {provider.name: provider for provider in (HubSpot(), Pipedrive(), Zendesk())}
FILES: dict[str, FileSource] = {kind.name: kind for kind in (CsvFile(), VCardFile())}
SOURCES: dict[str, SourceProvider | FileSource] = {**PROVIDERS, **FILES}
