"""The simulated deployments: where each one stands, how long it takes, how it writes and how it cuts its streams."""

from __future__ import annotations

from typing import Literal

import msgspec

Ecosystem = Literal["mainland", "abroad"]
Manner = Literal["plain", "markdown", "loose"]


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment. `latency_s` passes before the first byte, `gap_s` between two events of a stream.

    `manner` is how it writes what it was given: plain, in Markdown, or loosely (other case, spaces for hyphens).
    `ascii_json` escapes what is not ASCII, as many servers do. `cut` are the sizes, in code points, of the deltas of a
    stream, taken in turn; `write` those of the socket writes, in bytes (0: one write an event). `events`, for load,
    makes each stream that many equal events; `canned` answers from a template without reading the body as JSON.
    `faults` fail its first requests in that order; a last one `always` holds.
    """

    id: str
    ecosystem: Ecosystem
    model: str
    latency_s: float = 0.0
    gap_s: float = 0.0
    manner: Manner = "plain"
    ascii_json: bool = False
    cut: tuple[int, ...] = (3, 1, 4, 2)
    write: tuple[int, ...] = (0,)
    events: int = 0
    canned: bool = False
    faults: tuple[str, ...] = ()


DEPLOYMENTS: tuple[Simulated, ...] = (
    Simulated(id="qwen-beijing", ecosystem="mainland", model="qwen3.8-max", latency_s=0.08, gap_s=0.004),
    Simulated(
        id="deepseek-hangzhou",
        ecosystem="mainland",
        model="deepseek-flash",
        latency_s=0.12,
        gap_s=0.006,
        manner="markdown",
        write=(7, 1, 13, 64, 3),
    ),
    Simulated(
        id="glm-beijing",
        ecosystem="mainland",
        model="glm-5.3",
        latency_s=0.1,
        gap_s=0.005,
        ascii_json=True,
        cut=(1, 2, 5),
    ),
    Simulated(id="vllm-shanghai", ecosystem="mainland", model="qwen3.8-32b", latency_s=0.03, gap_s=0.002),
    Simulated(
        id="gpt-virginia",
        ecosystem="abroad",
        model="gpt-6-sol",
        latency_s=0.18,
        gap_s=0.004,
        cut=(2, 1, 3, 1, 7),
        write=(11, 2, 5, 40, 1),
    ),
    Simulated(
        id="mistral-frankfurt",
        ecosystem="abroad",
        model="mistral-small-4",
        latency_s=0.16,
        gap_s=0.004,
        manner="loose",
    ),
    Simulated(id="vllm-singapore", ecosystem="abroad", model="mistral-small-4", latency_s=0.06, gap_s=0.003),
    Simulated(id="flaky-singapore", ecosystem="abroad", model="gpt-6-sol", latency_s=0.02, faults=("503", "always")),
    Simulated(id="load-mainland", ecosystem="mainland", model="load", canned=True, events=100),
    Simulated(id="load-abroad", ecosystem="abroad", model="load", canned=True, events=100),
)
