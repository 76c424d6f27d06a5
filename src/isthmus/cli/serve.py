"""`isthmus serve`: the endpoint."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from isthmus.catalogues import catalogues_of
from isthmus.config import Limits, read_config
from isthmus.server import ServerLimits, run
from isthmus.store import open_store

BUILD = "isthmus.gateway:build"


def serve(
    *,
    config: Annotated[Path, Parameter(name=["--config", "-c"])] = Path("isthmus.yaml"),
    workers: Annotated[int, Parameter(name="--workers", validator=validators.Number(gte=1, lte=256))] = 1,
    host: Annotated[str, Parameter(name="--host")] = "",
    port: Annotated[int | None, Parameter(name="--port", validator=validators.Number(gte=0, lte=65535))] = None,
) -> None:
    """Serve the OpenAI-compatible endpoint until SIGTERM; SIGHUP reads the configuration anew.

    Args:
        config: The configuration's file. 配置文件。
        workers: Processes that answer calls; one is enough for some thousand calls a second.
        host: Listen here instead of at `listen.host`.
        port: Listen here instead of at `listen.port`; 0 is a free one, which the log names.

    """
    loaded = read_config(config)
    listen = loaded.config.listen
    open_store(loaded.store_url()).close()  # here, so that no worker holds what a migration needs
    with tempfile.TemporaryDirectory(prefix="isthmus-metrics-") as metrics_dir:
        run(
            str(config),
            host=host or listen.host,
            port=listen.port if port is None else port,
            workers=workers,
            build=BUILD,
            limits=_limits(loaded.config.limits),
            metrics_dir=metrics_dir,
            reload_check=check_reload,
        )


def check_reload(config_file: str) -> ServerLimits:
    """The limits of a configuration that may take over; raises `IsthmusError` with every problem found."""
    catalogues = catalogues_of(read_config(Path(config_file)))
    return _limits(catalogues.declared.loaded.config.limits)


def _limits(limits: Limits) -> ServerLimits:
    return ServerLimits(body_bytes=limits.body_bytes, body_s=limits.body_seconds, in_flight=limits.in_flight)
