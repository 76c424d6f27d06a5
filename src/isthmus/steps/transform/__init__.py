"""Step 6: do the duties of a decision to the body."""

from isthmus.steps.transform.protect import protect

__all__ = ["protect"]
