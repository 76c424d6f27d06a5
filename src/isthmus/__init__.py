"""isthmus: the control point between one enterprise and two AI ecosystems."""

__version__ = "0.1.0"
