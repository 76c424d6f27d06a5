"""What a deployment says in this dialect when it rejects a request."""

from __future__ import annotations

import msgspec


def rejection_message(data: bytes) -> str:
    """What a deployment says was wrong with a request; empty where it is not the dialect's form."""
    try:
        error = msgspec.json.decode(data).get("error")
    except (msgspec.DecodeError, UnicodeError, AttributeError, RecursionError):
        return ""
    said = error.get("message") if isinstance(error, dict) else error
    return said if isinstance(said, str) else ""
