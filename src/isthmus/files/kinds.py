"""Which kind of file some bytes are, by the bytes themselves, and its reader."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from isthmus.files.extract import Collected, UnreadableError

READERS = "isthmus.files."
# how a file begins -> the module that reads it
BEGINNINGS: dict[bytes, str] = {b"PK\x03\x04": "zipped", b"PK\x05\x06": "zipped", b"%PDF-": "pdf"}
# how a file begins that is not read -> its medium, and why not
UNREADABLE: dict[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("file", "an encrypted or old Office file"),
    b"\x89PNG": ("image", "a picture"),
    b"\xff\xd8\xff": ("image", "a picture"),
    b"GIF8": ("image", "a picture"),
    b"BM": ("image", "a picture"),
    b"II*\x00": ("image", "a picture"),
    b"MM\x00*": ("image", "a picture"),
    b"\x1f\x8b": ("file", "a compressed file of a kind that is not read"),
    b"7z\xbc\xaf\x27\x1c": ("file", "a compressed file of a kind that is not read"),
    b"Rar!": ("file", "a compressed file of a kind that is not read"),
    b"ID3": ("audio", "a sound"),
    b"OggS": ("audio", "a sound"),
    b"fLaC": ("audio", "a sound"),
}
# inside a RIFF or ISO container, at its place -> medium
CONTAINERS: dict[tuple[int, bytes], str] = {
    (8, b"WEBP"): "image",
    (8, b"WAVE"): "audio",
    (8, b"AVI "): "video",
    (4, b"ftypheic"): "image",
    (4, b"ftypavif"): "image",
    (4, b"ftyp"): "video",
}
# the end of a media type or of a name -> the module that reads such text
TEXTS: dict[str, str] = {
    "csv": "separated",
    "tsv": "separated",
    "tab-separated-values": "separated",
    "html": "web",
    "htm": "web",
    "xhtml": "web",
    "xhtml+xml": "web",
    "svg": "web",
    "svg+xml": "web",
    "eml": "mail",
    "rfc822": "mail",
}
PDF_WITHIN = 1024


def is_document(data: bytes, name: str = "") -> bool:
    """Whether some bytes are a file whose text must be dug out, by their beginning or the end of the file's name."""
    known = (*BEGINNINGS, *(mark for mark in UNREADABLE if len(mark) > 2))
    return data.startswith(known) or TEXTS.get(name.rpartition(".")[2].lower(), "separated") != "separated"


def read(data: bytes, into: Collected, *, name: str = "", media_type: str = "") -> None:
    """Read a file of any kind; what cannot be read is said in `into`, with the reason."""
    if not data:
        return
    for (at, mark), medium in CONTAINERS.items():
        if data[at : at + len(mark)] == mark:
            into.miss(f"a {medium}", medium=medium)
            return
    for mark, (medium, reason) in UNREADABLE.items():
        if data.startswith(mark):
            into.miss(reason, medium=medium)
            return
    reader = _reader(data, name, media_type)
    try:
        reader(data, into)
    except UnreadableError as error:
        into.miss(str(error))
    except ImportError:
        into.miss("this kind is read with the extra `files`: pip install isthmus[files]")
    except MemoryError:
        into.miss("it needs more memory than reading may take")
    except RecursionError:
        into.miss("it is nested too deeply")


def _reader(data: bytes, name: str, media_type: str) -> Callable[[bytes, Collected], None]:
    module = next((found for mark, found in BEGINNINGS.items() if data.startswith(mark)), "")
    if not module and b"%PDF-" in data[:PDF_WITHIN]:
        module = "pdf"
    if not module:
        ends = (media_type.partition(";")[0].rpartition("/")[2], name.rpartition(".")[2])
        module = next((TEXTS[end.lower()] for end in ends if end.lower() in TEXTS), "") or _looks(data)
    found: Callable[[bytes, Collected], None] = import_module(READERS + module).read
    return found


def _looks(data: bytes) -> str:
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "web" if start.startswith((b"<!doctype html", b"<html", b"<svg")) else "plain"
