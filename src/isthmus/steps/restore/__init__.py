"""Step 8: undo in the answer what transform did."""

from isthmus.steps.restore.pseudonyms import Restorer

__all__ = ["Restorer"]
