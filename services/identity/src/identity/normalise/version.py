"""The version of the normalisers: what a form was made by belongs to the rules, library data included."""

from importlib.metadata import version

_OURS = 1

_LIBRARIES = ("anyascii", "cleanco", "disposable-email-domains", "idna", "nicknames", "phonenumberslite")

VERSION = f"{_OURS} " + " ".join(f"{name}={version(name)}" for name in _LIBRARIES)
"""Where this differs from what the forms of a workspace were made by, they are to be made anew: a change of rules."""
