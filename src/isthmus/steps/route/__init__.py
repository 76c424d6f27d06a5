"""Step 5: the cheapest lawful deployment that is good enough, and the order of fallbacks."""

from isthmus.steps.route.choose import Candidate, choose

__all__ = ["Candidate", "choose"]
