"""A PostgreSQL server of the tests' own: on loopback, in a folder of its own, durable as in production."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

USER = "isthmus"


def find_programs() -> Path | None:
    """The folder of `initdb`, newest version first; Debian keeps it off the path."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    return found[-1].parent if found else None


class Cluster:
    """A server that can be stopped and started again on the same port."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="isthmus-postgres-"))
        self._data = self._folder / "data"
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:  # the server refuses to run as root
            self._as = {"user": _servant(), "group": "nogroup", "extra_groups": []}
            shutil.chown(self._folder, self._as["user"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._running = False
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "-N")
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "''"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", self._folder / "log", "-w", "start")
        self._running = True

    def stop(self, mode: str = "immediate") -> None:
        """Stop; `immediate` is as if the machine had failed."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")
        self._running = False

    @property
    def url(self) -> str:
        """The URL of the database that each server has."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def new_place(self) -> str:
        """The URL of a new, empty schema: as good as a database, and made in a moment."""
        name = next(self._names)
        self.run_sql(f"CREATE SCHEMA {name}")
        return f"{self.url}?options=-csearch_path%3D{name}"

    def run_sql(self, statement: str) -> None:
        """One statement as the owner of the server."""
        self._run(
            *("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self.port, "-U", USER),
            *("-d", "postgres", "-c", statement),
        )

    def read_setting(self, config: str, name: str) -> str:
        """What the server would take from a configuration file for one of its settings."""
        file = self._folder / "read.conf"
        file.write_text(config, encoding="utf-8")
        return self._run("postgres", "-D", self._data, f"--config-file={file}", "-C", name).strip()

    def remove(self) -> None:
        """Stop and leave nothing."""
        if self._running:
            self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: object) -> str:
        # the server that pg_ctl starts would keep a pipe open
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        done = subprocess.run(
            [self._programs / program, *(str(each) for each in arguments)],
            **self._as,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (program, done.stderr)
        return done.stdout or ""


def _servant() -> str:
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
