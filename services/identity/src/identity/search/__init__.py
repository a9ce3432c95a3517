"""Finding golden records: the index, filters, words, and views that are kept."""
