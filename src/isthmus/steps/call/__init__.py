"""Step 7: the only code with an outward connection."""

from isthmus.steps.call.accounts import read_account
from isthmus.steps.call.client import Client, open_client
from isthmus.steps.call.reply import Reply
from isthmus.steps.call.retry import retry_delay
from isthmus.steps.call.signatures import sign_with
from isthmus.steps.call.target import Target

__all__ = ["Client", "Reply", "Target", "open_client", "read_account", "retry_delay", "sign_with"]
