"""What the benches need of the machine: cores, nginx, wrk, free ports, the disk's own commit time."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

SERVED, LOAD = 0, 1  # the core of what is measured, and that of everything else
# A provider that costs next to nothing, so that the floor is nginx's own work and not that of what stands behind it.
PROVIDER = """
  server {{
    listen 127.0.0.1:{provider} backlog=4096;
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
"""
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; client_max_body_size 20m; client_body_buffer_size 2m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {server}
}}
"""
FLOOR = """
  upstream provider {{ server 127.0.0.1:{provider}; keepalive 256; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://provider/home/v1/; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }}
  }}
"""


def require(*tools: str) -> None:
    """End with advice where a tool is missing."""
    missing = [tool for tool in tools if shutil.which(tool) is None and not Path(f"/usr/sbin/{tool}").exists()]
    if missing:
        print(f"this bench needs {', '.join(missing)}; on Debian and Ubuntu: apt-get install {' '.join(missing)}")
        sys.exit(2)
    if (os.cpu_count() or 1) < 2:
        print("this bench needs two cores: one for what is measured, one for the load")
        sys.exit(2)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_listening(port: int, patience: float = 30.0) -> None:
    """Wait until somebody accepts connections."""
    end = time.monotonic() + patience
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise SystemExit(f"nobody listens on port {port}") from None
            time.sleep(0.02)
        else:
            return


@contextmanager
def running(command: list[str], *, port: int, core: int, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A server on a core of its own, until the block ends."""
    process = subprocess.Popen(
        ["taskset", "-c", str(core), *command],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parent.parent,
    )
    try:
        until_listening(port)
        yield
    finally:
        process.terminate()
        process.wait(20)


def floor(folder: Path, *, port: int, provider: int) -> list[str]:
    """The command of a bare nginx in front of a provider."""
    return _nginx(folder, FLOOR.format(port=port, provider=provider))


def static_provider(folder: Path, *, port: int, answer: bytes) -> list[str]:
    """The command of an nginx that gives the same answer to everything."""
    return _nginx(folder, PROVIDER.format(provider=port, answer=answer.decode("ascii")))


def _nginx(folder: Path, server: str) -> list[str]:
    folder.mkdir(parents=True)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, server=server), encoding="utf-8")
    return ["nginx", "-c", str(config), "-e", str(folder / "error.log")]


def provider(port: int) -> list[str]:
    """The command of the simulated provider."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "rsgi", "--loop", "uvloop", "--no-ws", "--no-log"),
        *("--backpressure", "8192", "--host", "127.0.0.1", "--port", str(port), "bench.upstream:app"),
    ]


class Commit(msgspec.Struct, frozen=True):
    """How long the disk takes to make a small transaction durable, in milliseconds."""

    p50: float
    p99: float


def commit_time(folder: Path, number: int = 200) -> Commit:
    """SQLite's own commits in the ledger's mode, one small row each."""
    database = sqlite3.connect(folder / "commit.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE t (a BLOB)")
    times = []
    for _ in range(number):
        begun = time.perf_counter()
        database.execute("INSERT INTO t VALUES (?)", (b"x" * 600,))
        times.append((time.perf_counter() - begun) * 1000)
    database.close()
    return Commit(statistics.median(times), statistics.quantiles(times, n=100)[98])
