"""The second place for checkpoints: a folder that whoever can write the store should not be able to change.

    verifier-key               the public key, for `isthmus ledger verify --key`
    latest                     the newest checkpoint
    2026-03-01/000000001234    every checkpoint, by day and size

Put it on another machine or a write-once medium; a checkpoint beside the store proves little.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from isthmus.clock import uuid7
from isthmus.errors import LedgerError, TamperedError
from isthmus.steps.record.checkpoint import Checkpoint, parse

KEY_FILE, LATEST = "verifier-key", "latest"


def new_signer() -> bytes:
    """A new private key for checkpoints, in PEM (PKCS 8, Ed25519)."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Witness:
    """The folder; `error` says why the last checkpoint is not there, and is empty where it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.error = ""

    def introduce(self, verifier: str) -> None:
        """Leave the public key where there is none; raises `LedgerError` where there is another."""
        file = self.folder / KEY_FILE
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                _write(file, f"{verifier}\n")
            known = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise LedgerError(
                f"checkpoints cannot be written: {error.strerror}",
                where=str(self.folder),
                remedy="check path and rights",
            ) from None
        if known != verifier:
            raise LedgerError(
                "checkpoints were signed with another key or under another origin",
                where=str(file),
                remedy="give that key back, or begin a new folder for checkpoints",
            )

    def latest(self) -> Checkpoint | None:
        """The newest checkpoint that is here; raises `LedgerError` where it cannot be read."""
        file = self.folder / LATEST
        try:
            return parse(file.read_text(encoding="utf-8")) if file.exists() else None
        except (OSError, UnicodeDecodeError, TamperedError):
            raise LedgerError(
                "the latest checkpoint cannot be read",
                where=str(file),
                remedy="bring it back, or begin a new folder for checkpoints",
            ) from None

    def keep(self, note: str, size: int, at: str) -> bool:
        """Write a checkpoint; whether that was possible."""
        try:
            folder = self.folder / at[:10]
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / f"{size:012d}", note)
            _write(self.folder / LATEST, note)
        except OSError as error:
            self.error = error.strerror or type(error).__name__
            return False
        self.error = ""
        return True


def _write(file: Path, text: str) -> None:
    """Write whole or not at all, and onto the disk."""
    draft = file.with_name(f".{file.name}.{uuid7()}")  # several processes, perhaps on several machines
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
