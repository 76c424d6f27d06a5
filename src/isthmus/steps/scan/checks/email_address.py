"""E-mail addresses: the dot-atom form of RFC 5321 with a host name of letters."""

from __future__ import annotations

_NOT_TOP = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "json", "yaml", "yml", "py", "txt"})


def canonical(surface: str) -> str:
    """Lower case: no provider tells addresses apart by case."""
    return surface.lower()


def problem(value: str) -> str:
    """Say what is wrong with an address in lower case."""
    local, _, host = value.rpartition("@")
    labels = host.split(".")
    if not local or len(labels) < 2 or ".." in local or local[0] == "." or local[-1] == ".":
        return "form"
    if any(not label or label[0] == "-" or label[-1] == "-" for label in labels):
        return "form"
    if labels[-1] in _NOT_TOP or not labels[-1].isalnum():
        return "range"
    return "length" if len(local) > 64 or len(host) > 253 else ""
