"""The demo's stage: the two simulated ecosystems, a configuration with secrets and keys, and a real gateway process."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from openai import APIConnectionError, OpenAI

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.errors import ConfigError
from isthmus.registry.file import read_registry, rows_of
from isthmus.registry.keys import Choice, Key, digest, new_key
from isthmus.steps.record import new_signer
from isthmus.store import NewRow, append_registry, open_store

CONFIGURATION = Path(__file__).parent / "configuration"
MARK = ".isthmus-demo"
START_S = 30.0

KEYS: tuple[Key, ...] = (
    Key(
        id="after-sales",
        entity="weber-shanghai",
        hash="",
        team="after-sales",
        choices=(
            Choice(fact="purpose", values=("after-sales", "drafting"), default="after-sales"),
            Choice(fact="audience", values=("internal",), default="internal"),
            Choice(fact="subjects", values=("customers",), default="customers"),
        ),
    ),
    Key(
        id="reading-app",
        entity="lantern-app",
        hash="",
        choices=(
            Choice(fact="purpose", values=("reading-help",), default="reading-help"),
            Choice(fact="audience", values=("public",), default="public"),
        ),
    ),
    Key(
        id="asia-desk",
        entity="weber-singapore",
        hash="",
        choices=(
            Choice(fact="purpose", values=("drafting",), default="drafting"),
            Choice(fact="origin", values=("abroad", "mainland"), default="abroad"),
        ),
        located_in="sg",
    ),
)


class Stage:
    """Everything that runs while the demo is told; a context manager. `keys` holds the text of each key."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self.config = folder / "isthmus.yaml"
        self.keys: dict[str, str] = {}
        self.ecosystems = Ecosystems()
        self._port = port or _free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated ecosystems", daemon=True)
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The base address that an SDK is pointed at."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.ecosystems.start(), self._loop).result(START_S)
            self._write()
            self._serve()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_gateway()
        asyncio.run_coroutine_threadsafe(self.ecosystems.close(), self._loop).result(START_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)
        self._loop.close()

    def fail(self, deployment: str, *faults: str) -> None:
        """Make a simulated deployment fail its next requests."""
        self._loop.call_soon_threadsafe(self.ecosystems.fail, deployment, *faults)

    def stop_gateway(self) -> None:
        """Stop the gateway in good order: it signs a last checkpoint."""
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()
            self._server.wait(START_S)

    def wait(self) -> None:
        """Wait until the gateway ends."""
        assert self._server is not None
        self._server.wait()

    def _write(self) -> None:
        _clear(self.folder)
        for source in (*CONFIGURATION.glob("*.yaml"), *CONFIGURATION.glob("*.txt")):
            text = source.read_text(encoding="utf-8")
            for side, port in self.ecosystems.ports.items():
                text = text.replace(f"http://{side}.invalid", f"http://127.0.0.1:{port}")
            text = text.replace("listen: {port: 8400}", f"listen: {{port: {self._port}}}")
            (self.folder / source.name).write_text(text, encoding="utf-8")
        secrets = self.folder / "secrets"
        secrets.mkdir(mode=0o700)
        (secrets / "ledger-signer.pem").write_bytes(new_signer())
        for entity in {key.entity for key in KEYS}:
            (secrets / f"{entity}.txt").write_text(os.urandom(32).hex(), encoding="utf-8")
        loaded = read_config(self.config)
        content = read_registry(self.folder / "registry.yaml", loaded.config)
        rows = [*rows_of(content), *(self._key(key) for key in KEYS)]
        store = open_store(loaded.store_url())
        try:
            append_registry(store, rows, at=now(), by=content.by)
        finally:
            store.close()

    def _key(self, key: Key) -> NewRow:
        self.keys[key.id] = new_key(os.urandom(32))
        row = msgspec.structs.replace(key, hash=digest(self.keys[key.id]))
        return NewRow(what="key", id=key.id, content=msgspec.to_builtins(row))

    def _serve(self) -> None:
        log = (self.folder / "gateway.log").open("wb")
        command = [sys.executable, "-m", "isthmus.cli.main", "serve", "-c", str(self.config)]
        with log:
            self._server = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
                command, stdout=log, stderr=log, start_new_session=True
            )
        self._until_ready()

    def _until_ready(self) -> None:
        assert self._server is not None
        end = time.monotonic() + START_S
        client = OpenAI(base_url=self.url, api_key=self.keys[KEYS[0].id], max_retries=0)
        while time.monotonic() < end and self._server.poll() is None:
            try:
                client.models.list(timeout=5)
            except APIConnectionError:
                time.sleep(0.05)
            else:
                return
        raise ConfigError("the gateway did not start", where=str(self.folder / "gateway.log"), remedy="read why there")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _clear(folder: Path) -> None:
    """An empty folder; one that is no demo's is left alone."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
            raise ConfigError("this folder holds something else", where=str(folder), remedy="name another with --state")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / MARK).write_text("made by `isthmus demo`; it is emptied at the next start\n", encoding="utf-8")
    except OSError as error:
        message = f"the demo's folder cannot be made: {error.strerror}"
        raise ConfigError(message, where=str(folder), remedy="name another with --state") from None
