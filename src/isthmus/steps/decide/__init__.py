"""Step 4: what the rules say of a flow, per destination, on a day. Pure: files are read once by `load_rulebook`."""

from __future__ import annotations

from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.engine import decide
from isthmus.steps.decide.loading import load_rulebook
from isthmus.steps.decide.rulebook import Rulebook

__all__ = ["Rulebook", "Scheme", "decide", "load_rulebook"]
