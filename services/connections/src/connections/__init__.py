"""Connections: the accounts people connected, and their tokens under seal."""
