"""Plain text in the encodings that it comes in."""

from __future__ import annotations

from isthmus.files.extract import Collected, UnreadableError

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_GUESSES = ("utf-8", "gb18030")


def read(data: bytes, into: Collected) -> None:
    """The whole text as one passage."""
    into.add("text", decode(data))


def decode(data: bytes, *, named: str = "") -> str:
    """The text of some bytes; raises `UnreadableError` where they are none.

    Without a mark or a name of its encoding a text is UTF-8, or else what mainland systems write (GB 18030).
    """
    marked = [encoding for mark, encoding in _MARKS.items() if data.startswith(mark)]
    for encoding in (*marked, *([named] if named else ()), *_GUESSES):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if _is_text(text):
            return text.removeprefix("\ufeff")
    raise UnreadableError("no text, and of no kind that is read")


def _is_text(text: str) -> bool:
    """Whether nearly all of it can be printed."""
    for at in range(0, len(text), 65536):
        piece = text[at : at + 65536]
        odd = sum(not (c.isprintable() or c in "\t\r\n\f\u3000\u2028\u200b\ufeff") for c in piece)
        if odd * 50 > len(piece):
            return False
    return True
