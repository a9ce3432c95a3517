"""Forgetting people, connections and workspaces; and handing out all that is held of one person."""
