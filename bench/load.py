"""Load by wrk, with bodies made up while it runs, and what wrk saw."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
from bench.enterprise import CHINESE, ENGLISH, chat
from bench.machine import LOAD

# `NUMBER` becomes a new number in each request: another customer, another telephone number and address.
CUSTOMER = {
    "en": " The customer's mobile is 139NUMBER, his mail cNUMBER@example.com.",
    "zh": "客户手机139NUMBER，邮箱cNUMBER@example.com。",
}
SCRIPT = """
local bodies = { %s }
local authorization = "Bearer %s"
local count = %d
local number = %d
request = function()
  number = number + 1
  local body = bodies[number %% count + 1]:gsub("NUMBER", string.format("%%08d", number %% 100000000))
  local headers = { ["content-type"] = "application/json", ["authorization"] = authorization }
  return wrk.format("POST", wrk.path, headers, body)
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('{"requests":%%d,"us":%%d,"p50_us":%%d,"p99_us":%%d,"max_us":%%d,"failed":%%d,"status":%%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
"""


class Load(msgspec.Struct, frozen=True):
    """What wrk measured; latencies are in milliseconds."""

    calls: int
    per_second: float
    p50: float
    p99: float
    longest: float


def bodies(row: str) -> list[dict[str, Any]]:
    """A Chinese and an English chat of about a kilobyte, for a call at home, a clean one abroad, or an export."""
    model = "home" if row == "home" else "abroad"
    clean = row == "clean"
    return [
        chat(model, ENGLISH if clean else ENGLISH + CUSTOMER["en"]),
        chat(model, CHINESE if clean else CHINESE + CUSTOMER["zh"]),
    ]


def drive(url: str, row: str, key: str, *, connections: int, seconds: int, folder: Path, first: int = 0) -> Load:
    """Load from the other core; ends the bench where an answer was not 200."""
    script = folder / f"{row}.lua"
    made = bodies(row)
    quoted = ", ".join(f"[==[{json.dumps(body, ensure_ascii=False)}]==]" for body in made)
    script.write_text(SCRIPT % (quoted, key, len(made), first), encoding="utf-8")
    command = ["taskset", "-c", str(LOAD), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    done = subprocess.run(
        [*command, "-s", str(script), f"{url}/v1/chat/completions"], capture_output=True, text=True, check=True
    )
    told = json.loads(next(line for line in reversed(done.stdout.splitlines()) if line.startswith("{")))
    if told["failed"] or told["status"] or not told["requests"]:
        raise SystemExit(f"{row}: {told['failed']} connections failed, {told['status']} answers were no success")
    return Load(
        calls=told["requests"],
        per_second=told["requests"] / told["us"] * 1e6,
        p50=told["p50_us"] / 1000,
        p99=told["p99_us"] / 1000,
        longest=told["max_us"] / 1000,
    )
