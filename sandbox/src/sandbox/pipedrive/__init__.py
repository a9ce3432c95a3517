"""Pipedrive, as far as a lead manager sees it."""
