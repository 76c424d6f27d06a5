"""Public Internet addresses (RFC 791, RFC 4291); private, loopback and reserved ones are another matter."""

from __future__ import annotations

import ipaddress


def canonical(surface: str) -> str:
    """The address in its shortest form (RFC 5952), or the text itself."""
    try:
        return str(ipaddress.ip_address(surface))
    except ValueError:
        return surface.lower()


def problem(value: str) -> str:
    """Say what is wrong with a public address."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return "form"
    if address.version == 6 and not (any(c.isdigit() for c in value) and value.count(":") >= 3):
        return "form"
    return "" if address.is_global and not address.is_multicast else "range"
