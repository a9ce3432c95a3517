"""What sources are called wherever they are named; the registry of providers holds the same names."""

SOURCE_NAMES: tuple[str, ...] = ("hubspot", "pipedrive", "zendesk", "csv_file", "vcard_file")
