"""The path that every change takes: batches of events, and what people decide, become a new partition."""
