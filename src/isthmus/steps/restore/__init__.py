"""Step 8: undo in the answer what transform did."""

from isthmus.steps.restore.pseudonyms import Restorer, translations

__all__ = ["Restorer", "translations"]
