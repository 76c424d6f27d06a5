"""Verification of an exported ledger: pure, and apart from everything that writes.

It reads JSON Lines as `../../store/export.py` describes them and computes every leaf hash and every root anew. An entry
that was changed, removed, moved or put in is found from the export alone, since each line holds the root of the tree up
to it. Someone who computes the whole export anew, or cuts its tail, is found by a signed checkpoint that they could not
change; where none is given, the report says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

import msgspec

from isthmus.errors import TamperedError
from isthmus.steps.record.checkpoint import Checkpoint, Verifier, is_signed_by, parse

MOST = 20
Code = Literal["unreadable", "changed", "order", "chain", "end", "checkpoint", "signature", "cut", "rewritten"]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One difference; `seq` is the first entry that it concerns, where there is one."""

    code: Code
    text_en: str
    text_zh: str
    seq: int | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was verified, what was found, and what these means cannot exclude.

    `checkpoint` says what the given checkpoint was worth: `none` given, `unsigned` (no key to check it with), `signed`.
    `covered` is how many entries it covers. `open_sends` were opened and are not closed in this export.
    """

    ok: bool
    size: int
    root: str
    problems: tuple[Problem, ...] = ()
    checkpoint: Literal["none", "unsigned", "signed"] = "none"
    covered: int = 0
    open_sends: int = 0
    not_excluded_en: tuple[str, ...] = ()
    not_excluded_zh: tuple[str, ...] = ()


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seq: int
    leaf: str
    root: str
    entry: msgspec.Raw


class _End(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    size: int
    root: str


class _Last(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    end: _End


class _Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    checkpoint: str


class _Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: str
    call: str
    content: msgspec.Raw
    kind: str
    send: str
    seq: int


def verify(lines: Iterable[bytes], *, checkpoint: str | None = None, key: Verifier | None = None) -> Report:
    """Verify an export; `checkpoint` is a signed note kept elsewhere, `key` the public key it is signed with."""
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        if stripped := line.strip():
            reading.line(stripped, number)
    reading.finish()
    kept = [reading.compare(note, key) for note in reading.notes]
    standing: Literal["none", "unsigned", "signed"] = "none"
    covered = 0
    if checkpoint is not None:
        given = reading.compare(checkpoint, key, given=True)
        standing, covered = "unsigned" if key is None else "signed", given.size if given else 0
    held = max((note.size for note in kept if note and key is not None), default=0)
    english, chinese = _not_excluded(standing, covered, held, reading.size)
    return Report(
        ok=not reading.problems,
        size=reading.size,
        root=reading.roots[-1].hex() if reading.roots else "",
        problems=tuple(reading.problems[:MOST]),
        checkpoint=standing,
        covered=covered,
        open_sends=len(reading.open),
        not_excluded_en=english,
        not_excluded_zh=chinese,
    )


class _Reading:
    """The state of reading an export: the tree so far, and what was found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.roots: list[bytes] = []
        self.open: set[str] = set()
        self._peaks: list[tuple[int, bytes]] = []
        self._end: _End | None = None
        self._broken = False

    @property
    def size(self) -> int:
        return len(self.roots)

    def line(self, line: bytes, number: int) -> None:
        """Take one line."""
        try:
            if self._end is not None:
                self._say("end", f"line {number} stands after the end", f"第 {number} 行位于结束行之后")
            if line.startswith(b'{"checkpoint"'):
                self.notes.append(msgspec.json.decode(line, type=_Note).checkpoint)
            elif line.startswith(b'{"end"'):
                self._end = msgspec.json.decode(line, type=_Last).end
            else:
                self._entry(msgspec.json.decode(line, type=_Entry))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self._say("unreadable", f"line {number} is not a line of an export", f"第 {number} 行不是导出格式")
            self._broken = True

    def _entry(self, row: _Entry) -> None:
        data, seq = bytes(row.entry), self.size
        body = msgspec.json.decode(data, type=_Body)
        stored = bytes.fromhex(row.leaf)
        if hashlib.sha256(b"\x00" + data).digest() != stored:
            self._say("changed", f"entry {seq} does not match its hash", f"第 {seq} 条与其哈希不符", seq)
        if not self._broken and (row.seq != seq or body.seq != seq):
            other = row.seq if row.seq != seq else body.seq
            self._say("order", f"entry {other} stands where {seq} belongs", f"第 {seq} 条的位置上是第 {other} 条", seq)
            self._broken = True
        root = self._grow(stored)
        if root != bytes.fromhex(row.root) and not self._broken:
            self._say("chain", f"entry {seq} does not continue the log", f"第 {seq} 条与此前日志不相接", seq)
            self._broken = True
        self.roots.append(root)
        if body.kind == "send.opened":
            self.open.add(body.send)
        elif body.kind == "send.closed":
            self.open.discard(body.send)

    def _grow(self, leaf: bytes) -> bytes:
        """Append a leaf to the tree of RFC 6962; its root."""
        height, node = 0, leaf
        while self._peaks and self._peaks[-1][0] == height:
            node = hashlib.sha256(b"\x01" + self._peaks.pop()[1] + node).digest()
            height += 1
        self._peaks.append((height, node))
        root = node
        for _, peak in reversed(self._peaks[:-1]):
            root = hashlib.sha256(b"\x01" + peak + root).digest()
        return root

    def finish(self) -> None:
        """Compare the last state with what the store held to be the last."""
        root = self.roots[-1].hex() if self.roots else ""
        if self._end is None:
            self._say("end", "the export has no end: it is not whole", "导出没有结束行，内容不完整")
        elif (self._end.size, self._end.root) != (self.size, root) and not self._broken:
            self._say(
                "end",
                f"the store holds {self._end.size} entries to be the last state, {self.size} are here",
                f"库中记载的最后状态为 {self._end.size} 条，此处有 {self.size} 条",
            )

    def compare(self, note: str, key: Verifier | None, *, given: bool = False) -> Checkpoint | None:
        """Compare a checkpoint with the tree as it was at that size."""
        try:
            found = parse(note)
        except TamperedError:
            self._say("checkpoint", "a checkpoint is not a signed note", "某检查点不是有效的签名文本")
            return None
        size = found.size
        if key is not None and not is_signed_by(found, key):
            self._say("signature", f"the checkpoint of {size} is not signed by this key", f"{size} 条的检查点签名无效")
            return None
        if size > self.size:
            self._say(
                "cut",
                f"a checkpoint covers {size} entries, only {self.size} are here: the tail was cut",
                f"检查点覆盖 {size} 条，此处仅有 {self.size} 条：尾部被截断",
            )
        elif size and self.roots[size - 1] != found.root:
            self._say(
                "rewritten",
                f"the first {size} entries are not those that {'the' if given else 'a'} checkpoint was signed for",
                f"前 {size} 条与检查点签署时的内容不同：历史被改写",
            )
        return found

    def _say(self, code: Code, english: str, chinese: str, seq: int | None = None) -> None:
        self.problems.append(Problem(code=code, text_en=english, text_zh=chinese, seq=seq))


def _not_excluded(
    standing: Literal["none", "unsigned", "signed"], covered: int, held: int, size: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the means at hand cannot exclude, in plain words."""
    english, chinese = [], []
    if standing == "none":
        english.append("no checkpoint was given: that entries were cut off the end is not excluded")
        chinese.append("未提供外部检查点：不能排除末尾条目被删去")
        if held:
            english.append(f"whoever holds the signing key could have computed the first {held} entries anew")
            chinese.append(f"持有签名私钥者可能重算前 {held} 条")
        else:
            english.append("no checkpoint was given: that the whole ledger was computed anew is not excluded")
            chinese.append("未提供外部检查点：不能排除整本账被重算")
    elif standing == "unsigned":
        english.append("no key was given: that the checkpoint itself was forged is not excluded")
        chinese.append("未提供公钥：不能排除检查点本身系伪造")
    if standing != "none" and covered < size:
        english.append(f"{size - covered} entries are younger than the checkpoint: changes there are not excluded")
        chinese.append(f"有 {size - covered} 条晚于检查点：不能排除其被改动")
    return tuple(english), tuple(chinese)
