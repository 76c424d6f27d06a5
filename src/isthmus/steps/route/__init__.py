"""Step 5: the cheapest lawful deployment that is good enough, and the order of fallbacks."""

from isthmus.steps.route.choose import Candidate, Choice, choose
from isthmus.steps.route.tokens import TOKENIZER, estimate_tokens

__all__ = ["TOKENIZER", "Candidate", "Choice", "choose", "estimate_tokens"]
