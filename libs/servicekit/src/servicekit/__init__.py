"""What every service shares: settings, database, bus, application, logs."""
