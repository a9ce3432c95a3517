"""All that leaves a service: events, and shapes of HTTP answers."""
