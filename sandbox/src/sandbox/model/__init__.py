"""A stand-in for the Messages API: it says what a script says, or plainly what its tools told it."""
