"""The one public door: it routes, checks, limits and shows what changes, and keeps nothing."""
