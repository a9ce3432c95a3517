"""People, their workspaces and sessions, and the keys that sign for them."""
