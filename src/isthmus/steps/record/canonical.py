"""Canonical bytes of an entry: JSON in UTF-8 with sorted keys, no spaces and no floats.

Numbers that are not whole (money, seconds) are written as decimal strings by whoever builds the entry, so that the same
entry has the same bytes everywhere. The sequence number is the last key (`seq` sorts after `send`), which lets the
writer give it inside its transaction without encoding the entry a second time.
"""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.errors import LedgerError

_ENCODER = msgspec.json.Encoder(order="sorted")


def _no_float(_: str) -> Any:
    raise LedgerError("an entry may not hold a float: write it as a decimal string")


_CHECK = msgspec.json.Decoder(float_hook=_no_float)


def unnumbered(value: dict[str, Any]) -> bytes:
    """The canonical bytes of an entry without its sequence number; raises `LedgerError` for what has none."""
    try:
        data = _ENCODER.encode(value)
        _CHECK.decode(data)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise LedgerError(f"an entry has no canonical form: {type(error).__name__}") from None
    return data


def numbered(data: bytes, seq: int) -> bytes:
    """The canonical bytes of an entry with its sequence number."""
    return b'%b,"seq":%d}' % (data[:-1], seq)
