"""One module per source; each holds one class that implements `SourceProvider`."""
