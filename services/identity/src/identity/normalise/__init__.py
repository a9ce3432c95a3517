"""Normalising: what a contact says, written so that what means the same is the same text.

The contact itself stays as it came; a `Form` is kept beside it and is all that comparing two records needs.
"""

from identity.normalise.form import Form, form_of
from identity.normalise.version import VERSION

__all__ = ["VERSION", "Form", "form_of"]
