"""Why records are one, or are not, in words."""
