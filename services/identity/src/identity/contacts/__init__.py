"""Golden records as they are shown and exported."""
