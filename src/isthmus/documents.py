"""A document protected and brought back outside the gateway, with what its key file knows."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from isthmus.exchange import Finding
from isthmus.keyfile import KeyFile
from isthmus.steps.restore import Restorer, translations
from isthmus.steps.scan import Scanner, scan_text
from isthmus.steps.transform import Issuer, protect
from isthmus.steps.transform.language import Lang

_CLASS = "document"
_WHOLE = ("base64", "hex", "url")  # layers whose runs are replaced whole: what stands in them is not looked for later


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """A protected document: what may leave, the key file as it is now, what was replaced, and what was not read.

    `exact` says whether it comes back byte by byte; otherwise it comes back equal as JSON but for numbers, which a word
    stood in for and which come back as strings.
    """

    text: str
    key: KeyFile
    kinds: dict[str, int]
    unread: int
    exact: bool

    def __repr__(self) -> str:
        return f"Hidden({len(self.text)} code points, {self.kinds})"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A document brought back: how many pseudonyms were, how many were not in it, how many are not of its key file."""

    text: str
    restored: int
    missing: int
    unknown: int

    def __repr__(self) -> str:
        return f"Shown({len(self.text)} code points, {self.restored} restored)"


def hide(
    text: str, key: KeyFile, scanner: Scanner, *, wanted: Callable[[Finding], bool], lang: Lang = "auto"
) -> Hidden:
    """A document with a pseudonym for each finding that is `wanted`."""
    scan = scan_text(scanner, text)
    marked = [_marked(finding, text) for finding in scan.findings if wanted(finding)]
    issuer = Issuer(key.pseudonyms, key.issued)
    done = protect(text, marked, {_CLASS: "pseudonymise"}, key=issuer, words=scanner.words, lang=lang)
    words = {kind: scanner.words[kind] for kind in sorted({one.kind for one in issuer.issued} & scanner.words.keys())}
    kept = KeyFile(key.secret, issuer.issued, {**key.words, **words})
    kinds: dict[str, int] = {}
    for edit in done.edits:
        kinds[edit.kind] = kinds.get(edit.kind, 0) + 1
    exact = show(done.body, kept).text == text
    return Hidden(text=done.body, key=kept, kinds=dict(sorted(kinds.items())), unread=len(scan.unscanned), exact=exact)


def show(text: str, key: KeyFile) -> Shown:
    """A document with its pseudonyms restored, in the forms that people and models give them."""
    originals = {one.name: one.original for one in key.issued}
    restorer = Restorer(originals, words=translations(key.words))
    out = restorer.restore_text(text, escape=_is_json(text))
    return Shown(text=out, restored=restorer.restored, missing=restorer.missing, unknown=restorer.unknown)


def _marked(finding: Finding, text: str) -> Finding:
    """A finding under the one class that this is about, told apart by spelling, so that each comes back as it was.

    An encoded run stands for itself.
    """
    via = finding.parts[0].via
    depth = next((depth for depth, layer in enumerate(via) if layer in _WHOLE), None)
    if depth is None:
        return msgspec.structs.replace(finding, classes=(_CLASS,), value=finding.surface)
    parts = tuple(msgspec.structs.replace(part, via=part.via[:depth]) for part in finding.parts)
    run = text[parts[0].start : parts[0].end]
    return msgspec.structs.replace(finding, classes=(_CLASS,), parts=parts, value=run, surface=run)


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
