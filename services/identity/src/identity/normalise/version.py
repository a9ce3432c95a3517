"""The version of the normalisers, and of what is compared and how: they belong to the rules, library data included."""

from importlib.metadata import version

_OURS = 4
"""Counted up with every change of ours to what a form is, which blocks it is in, or when two are alike."""

_LIBRARIES = ("anyascii", "cleanco", "disposable-email-domains", "idna", "nicknames", "phonenumberslite")

VERSION = f"{_OURS} " + " ".join(f"{name}={version(name)}" for name in _LIBRARIES)
"""Where this differs from what the forms of a workspace were made by, they are to be made anew: a change of rules."""
