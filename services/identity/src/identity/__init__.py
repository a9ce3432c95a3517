"""Who is who: source records become golden records."""
