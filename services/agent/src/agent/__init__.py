"""Chat over the golden records: it answers with its sources, and asks before it writes."""
