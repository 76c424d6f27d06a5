"""Serves `plain_gateway`: python -m tests.server.serve_plain CONFIG PORT WORKERS LIMITS-AS-JSON METRICS-DIR."""

from __future__ import annotations

import sys

import msgspec
from tests.server.plain_gateway import check

from isthmus.errors import ConfigError
from isthmus.server import ServerLimits, run

if __name__ == "__main__":
    config, port, workers, limits, metrics = sys.argv[1:]
    try:
        run(
            config,
            host="127.0.0.1",
            port=int(port),
            workers=int(workers),
            build="tests.server.plain_gateway:build",
            limits=msgspec.json.decode(limits, type=ServerLimits),
            metrics_dir=metrics,
            reload_check=check,
        )
    except ConfigError as error:
        for problem in error.problems or (error,):
            print(f"error: {problem}", file=sys.stderr)
        sys.exit(2)
