"""Step 2: who calls, for which legal entity, and which of the facts that its key allows the call chose."""

from isthmus.steps.identify.caller import caller_of
from isthmus.steps.identify.keys import authenticate, may_name, not_expired
from isthmus.steps.identify.wishes import wishes_of

__all__ = ["authenticate", "caller_of", "may_name", "not_expired", "wishes_of"]
