"""The operator's command: the database, the processes and the demo, from one place."""
