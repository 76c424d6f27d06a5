"""`isthmus ledger prove`, and what `isthmus ledger verify` says of a proof."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from isthmus.cli.ledger_text import entry_text
from isthmus.config import read_config
from isthmus.errors import LedgerError, TamperedError
from isthmus.steps.record.checkpoint import Verifier, is_signed_by
from isthmus.steps.record.merkle import inclusion_proof
from isthmus.steps.record.proof import HEADER, Proven, read_proof, write_proof
from isthmus.store import open_store, sealed

ConfigPath = Annotated[Path, Parameter(name=["--config", "-c"], help="the configuration's file 配置文件")]
# why a proof proves nothing, in Chinese
ZH: dict[str, str] = {
    "not a signed checkpoint": "检查点不是有效的签名文本",
    "not a proof of one entry": "不是一条记录的证明",
    "this entry is not among those that the checkpoint was signed for": "该记录不在检查点签署的内容之中",
    "the checkpoint is not signed by this key": "检查点并非由此密钥签署",
}


def prove(
    seq: Annotated[int, Parameter(name="SEQ", help="the entry's number, as `show` prints it 记录序号")],
    out: Annotated[Path, Parameter(name="OUT", help="a new file, or `-`", allow_leading_hyphen=True)] = Path("-"),
    *,
    config: ConfigPath = Path("isthmus.yaml"),
) -> None:
    """Write one entry with the proof that it is in the ledger (C2SP tlog-proof): it shows nothing of the others.

    `isthmus ledger verify OUT --key verifier-key` reads it, on any machine.
    """
    store = open_store(read_config(config).store_url(), create=False)
    try:
        found = sealed(store, seq)
    finally:
        store.close()
    if found is None:
        raise LedgerError(
            f"no signed checkpoint covers an entry {seq}",
            remedy="`isthmus ledger show` prints the numbers; a checkpoint is signed on a schedule and at every stop",
        )
    text = write_proof(found.entry, seq, inclusion_proof(found.leaves, seq), found.note)
    if str(out) == "-":
        sys.stdout.write(text)
        return
    with out.open("x", encoding="utf-8") as stream:
        stream.write(text)
    print(f"entry {seq} and its proof written to {out}; check it with `isthmus ledger verify {out} --key verifier-key`")


def is_proof(file: Path) -> bool:
    """Whether a file begins as a proof of one entry does; raises `OSError`."""
    with file.open("rb") as stream:
        return stream.read(len(HEADER)) == HEADER.encode()


def check_proof(text: str, key: Verifier | None) -> tuple[Proven | None, str]:
    """What a proof proves, or why it proves nothing."""
    try:
        proven = read_proof(text)
    except TamperedError as error:
        return None, error.message
    if key is not None and not is_signed_by(proven.checkpoint, key):
        return None, "the checkpoint is not signed by this key"
    return proven, ""


def proof_json(proven: Proven | None, why: str, *, signed: bool) -> bytes:
    """The answer for programs."""
    told: dict[str, Any] = {"ok": proven is not None}
    if proven is None:
        return msgspec.json.encode(told | {"problem": why})
    note = proven.checkpoint
    told |= {"seq": proven.seq, "size": note.size, "origin": note.origin, "root": note.root.hex()}
    told["checkpoint"] = "signed" if signed else "unsigned"
    return msgspec.json.encode(told | {"entry": msgspec.Raw(proven.entry)})


def proof_lines(proven: Proven | None, why: str, *, signed: bool, chinese: bool) -> list[str]:
    """The answer for people."""
    if proven is None:
        return [f"✗ {ZH.get(why, why) if chinese else why}"]
    note = proven.checkpoint
    told = [
        f"✓ 第 {proven.seq} 条记录在 {note.origin} 的 {note.size} 条之中"
        if chinese
        else f"✓ entry {proven.seq} is one of the {note.size} of {note.origin}",
        entry_text(proven.entry, chinese=chinese),
    ]
    if not signed:
        told.append(
            "  ! 未提供公钥：不能排除检查点本身系伪造"
            if chinese
            else "  ! no key was given: that the checkpoint itself was forged is not excluded"
        )
    return told
