"""Serve: one call that listens, starts the workers and returns when the server has stopped."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from isthmus.errors import ConfigError
from isthmus.server import metrics_files
from isthmus.server.limits import ServerLimits
from isthmus.server.process import Plan
from isthmus.server.supervisor import Check, Supervisor
from isthmus.server.worker import BACKLOG, log


def run(
    config_file: str,
    *,
    host: str,
    port: int,
    workers: int,
    build: str,
    limits: ServerLimits,
    metrics_dir: str,
    reload_check: Check,
) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reloads.

    `build` is `module:function`, called in each worker with `config_file`. `reload_check` is called in this process
    before a reload replaces a worker. Raises `ConfigError` where the port is taken or the gateway cannot start.
    """
    metrics_files.clear(Path(metrics_dir))
    listeners = listen(host, port, workers)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics_dir  # read by prometheus_client in the workers
    log(f"listens on {address(listeners[0])} with {workers} worker{'s' * (workers != 1)}, pid {os.getpid()}")
    plan = Plan(config_file=config_file, build=build, workers=workers, limits=limits, metrics_dir=metrics_dir)
    try:
        Supervisor(plan, listeners, reload_check).run()
    finally:
        for listener in listeners:
            listener.close()


def listen(host: str, port: int, number: int) -> list[socket.socket]:
    """`number` listening sockets on one port, among which the kernel shares connections out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listeners: list[socket.socket] = []
    try:
        # The first bind is exclusive, so that a second server on the port is an error and no silent share.
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            port = probe.getsockname()[1]
        for _ in range(number):
            listener = socket.socket(family)
            listeners.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind((host, port))
            listener.listen(BACKLOG)
            listener.settimeout(0)
    except OSError as error:
        for listener in listeners:
            listener.close()
        raise ConfigError(
            f"cannot listen on {host} port {port}: {error.strerror}", remedy="stop what uses it or choose another port"
        ) from None
    return listeners


def address(listener: socket.socket) -> str:
    """`http://host:port` of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
