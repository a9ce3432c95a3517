"""Fetching pages, keeping raw source records, sync runs."""
