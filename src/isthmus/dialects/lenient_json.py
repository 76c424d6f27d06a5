"""The reader of a deployment's JSON: fast, and forgiving where a vendor is careless.

A vendor that cuts an emoji into two escapes, or repeats a key, must not break an answer; what cannot be encoded again
is repaired by the caller of this file.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

LONE = re.compile("[\ud800-\udfff]")
_decode = msgspec.json.Decoder().decode


def read(data: bytes | str) -> tuple[Any, bool]:
    """The JSON in `data`, and whether strings of it may hold lone surrogates; raises `ValueError` for anything else."""
    try:
        return _decode(data), False
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    try:
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        return json.loads(text.removeprefix("\ufeff"), parse_constant=lambda _: None), True
    except RecursionError:
        raise ValueError("nested too deeply") from None


def decode(data: bytes | str) -> tuple[Any, bool]:
    """The JSON in `data` with lone surrogates replaced by U+FFFD, and whether it was repaired; raises `ValueError`."""
    node, careless = read(data)
    return (repaired(node), True) if careless else (node, False)


def repaired(node: Any) -> Any:
    """`node` without lone surrogates."""
    return json.loads(whole(json.dumps(node, ensure_ascii=False)))


def whole(text: str) -> str:
    """`text` with surrogate pairs joined and lone ones replaced by U+FFFD."""
    if LONE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
