"""Step 6: do the duties of a decision to the body."""

from isthmus.steps.transform.protect import protect
from isthmus.steps.transform.pseudonyms import Issued, Issuer

__all__ = ["Issued", "Issuer", "protect"]
