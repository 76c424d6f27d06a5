"""Encodings inside text: escapes and percent signs decode in place; runs of base64 and hex decode as a whole."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from isthmus.steps.scan.folding import INVISIBLE
from isthmus.steps.scan.trail import Trail, replace

ESCAPE_TRIGGER = r"\\[\"\\/bfnrtu]"
PERCENT_TRIGGER = "%[0-9A-Fa-f]{2}"
RUN_TRIGGER = "[A-Za-z0-9+/_-]{16}"
_JSON_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/bfnrt])"
)
_UNICODE_ESCAPE = re.compile(r"\\u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4})")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_RUN = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_=-])")
_HEX = re.compile(r"(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,}")
_SHORT = 256
MAX_RUN = 4 * 1024 * 1024


class Block(NamedTuple):
    """An encoded run `[start, end)`, what it holds, or None where it is long and holds no text, and its layer."""

    start: int
    end: int
    text: str | None
    layer: str


def unescape_json(text: str) -> Trail | None:
    """The escapes of JSON strings decoded in place, all over a JSON text."""
    return replace(text, _JSON_ESCAPE, _character)


def unescape_unicode(text: str) -> Trail | None:
    """Escapes of a code point in four hexadecimal digits decoded in place, in a text that is no JSON."""
    return replace(text, _UNICODE_ESCAPE, _character)


def _character(escape: str) -> str | None:
    try:
        decoded: str = json.loads(f'"{escape}"')
    except ValueError:
        return None
    return decoded


def unquote(text: str) -> Trail | None:
    """Percent-encoded bytes decoded in place, where they are UTF-8."""
    return replace(text, _PERCENT, _percent)


def _percent(run: str) -> str | None:
    try:
        return unquote_to_bytes(run).decode("utf-8")
    except UnicodeDecodeError:
        return None


def blocks(text: str) -> Iterator[Block]:
    """Runs of base64 or hex that hold text, and long ones that hold something else."""
    for match in _RUN.finditer(text):
        run = match.group()
        if len(run) > MAX_RUN:
            yield Block(match.start(), match.end(), None, "base64")
            continue
        layer = "hex" if _HEX.fullmatch(run) else "base64"
        data = bytes.fromhex(run) if layer == "hex" else _base64(run)
        if data is None:
            continue
        decoded = _as_text(data)
        if decoded is not None or len(run) >= _SHORT:
            yield Block(match.start(), match.end(), decoded, layer)


def _base64(run: str) -> bytes | None:
    bare = run.rstrip("=")
    mixed = ("+" in bare or "/" in bare) and ("-" in bare or "_" in bare)
    if mixed or len(bare) % 4 == 1:
        return None
    try:
        return base64.b64decode(bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None


def _as_text(data: bytes) -> str | None:
    """The text in `data` where it is UTF-8 and nearly all of it can be printed."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    odd = sum(not (c.isprintable() or c.isspace() or c in INVISIBLE) for c in text[:4096])
    return text if odd * 20 <= min(len(text), 4096) else None
