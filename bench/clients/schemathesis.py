"""Schemathesis before the running gateway: requests made from `/openapi.json`, stateful, all checks, bounded.

Two checks are told what we mean, so that they say little: a request that the schema allows may be refused with 400 or
451 all the same, for what a vendor's schema lets through (no messages, a parameter that another wire form lacks) or the
law does not; and one that it forbids may pass, for a member that isthmus does not read goes on as it came.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import urllib.request

from bench.bars import Bar, bar
from bench.clients.environments import prepare
from bench.clients.stage import Conformance

SECONDS = 150
CONFIG = """
[parameters]
"query.key" = "{key}"
"query.alt" = "sse"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 415, 422, 429, 451, "5xx"]

[checks.negative_data_rejection]
expected-statuses = ["2xx", "4xx", "5xx"]
"""
CASES = re.compile(r"(\d+) generated")
TESTED = re.compile(r"Tested: (\d+)")


def run(stage: Conformance) -> list[Bar]:
    """The suite; prints what it found."""
    environment = prepare("schemathesis")
    root = stage.url.removesuffix("/v1")
    config, report = stage.folder / "schemathesis.toml", stage.folder / "schemathesis.ndjson"
    config.write_text(CONFIG.format(key=stage.key), encoding="utf-8")
    keys = (f"Authorization: Bearer {stage.key}", f"x-api-key: {stage.key}", f"x-goog-api-key: {stage.key}")
    asked = [str(environment.folder / "bin" / "schemathesis"), "--config-file", str(config), "run"]
    asked += [f"{root}/openapi.json", "--checks", "all", "--max-time", str(SECONDS), "--seed", "7", "--no-shrink"]
    asked += ["--warnings", "off", "--continue-on-failure", "--report", "ndjson", "--report-ndjson-path", str(report)]
    asked += [word for key in keys for word in ("--header", key)]
    quiet = os.environ | {"NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        asked, env=quiet, capture_output=True, text=True, timeout=SECONDS + 120, check=False, cwd=stage.folder
    )
    print(done.stdout[-6000:] if done.returncode else done.stdout[-800:])
    cases, tested = CASES.search(done.stdout), TESTED.search(done.stdout)
    paths = json.loads(_document(root))["paths"]
    return [
        bar("schemathesis operations", int(tested[1]) if tested else 0, "at least", sum(map(len, paths.values()))),
        bar("schemathesis cases", int(cases[1]) if cases else 0, "at least", 500),
        bar("schemathesis failures", done.returncode, "at most", 0),
    ]


def _document(root: str) -> bytes:
    with urllib.request.urlopen(f"{root}/openapi.json", timeout=10) as answer:
        told: bytes = answer.read()
        return told
