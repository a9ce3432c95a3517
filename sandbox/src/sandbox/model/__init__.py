"""A stand-in for the Messages API: it checks what it gets as the API would, and answers from a script or by rules."""
