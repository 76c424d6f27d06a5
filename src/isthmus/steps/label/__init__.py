"""Step 9: mark what a machine wrote."""

from isthmus.steps.label.labels import Label, load_labels
from isthmus.steps.label.visible import Labeller, text_of

__all__ = ["Label", "Labeller", "load_labels", "text_of"]
