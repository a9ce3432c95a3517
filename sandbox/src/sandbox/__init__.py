"""A stand-in for the providers: seeded people behind the providers' own HTTP, to try and to test against."""
