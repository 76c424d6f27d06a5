"""Signed thoughts: a simulated vendor knows its own again, and rejects what was changed."""

from __future__ import annotations

import base64
import hashlib
import hmac

_STANDARD = str.maketrans("-_", "+/")
_SECRET = b"a simulated vendor's own secret"


def sign(text: str) -> str:
    """The signature of a thought."""
    digest = hmac.new(_SECRET, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def signed(text: str, signature: object) -> bool:
    """Whether a thought is as it was."""
    return isinstance(signature, str) and hmac.compare_digest(sign(text), signature)


def seal(text: str) -> str:
    """A thought that only the vendor can read."""
    data = text.encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(_SECRET, data, "sha256") + data).decode()


def sealed(token: object) -> bool:
    """Whether a sealed thought is as it was, in either alphabet: Google's own SDK sends back that of URLs."""
    try:
        data = base64.b64decode(str(token).translate(_STANDARD), validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(hmac.digest(_SECRET, data[32:], "sha256"), data[:32])


def thought_of(found: list[str]) -> str:
    """What a simulated model thinks: it names whom it was told of."""
    return f"The user speaks of {', '.join(found)}." if found else "The user speaks of nobody in particular."
