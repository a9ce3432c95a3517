"""Zendesk's stand-in."""
