"""Private Internet addresses (RFC 1918, RFC 4193, link-local): they say something of a network, little of a person."""

from __future__ import annotations

import ipaddress

from isthmus.steps.scan.checks.ip import canonical, is_ordinary, may_be_address

__all__ = ["canonical", "problem"]


def problem(value: str) -> str:
    """Say what is wrong with a private address."""
    if is_ordinary(value):
        return "range"
    if not may_be_address(value):
        return "form"
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return "form"
    unusable = address.is_loopback or address.is_unspecified or address.is_reserved or address.is_multicast
    return "" if address.is_private and not unusable else "range"
