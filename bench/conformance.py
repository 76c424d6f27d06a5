"""What other people's clients and suites make of the running gateway, before two simulated ecosystems.

    python bench/conformance.py [PART ...]

Each part runs in an environment of its own with exact versions (`bench/clients/environments.py`), against each of the
four wire forms behind the gateway. The first run installs them, from package registries. Ends with the bars.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, conclude
from bench.clients import comply, run, schemathesis
from bench.clients.stage import Conformance

STATE = Path(__file__).parent / "out" / "conformance"
PARTS: dict[str, Callable[[Conformance], list[Bar]]] = {
    "llm-comply": comply.run,
    **run.parts(),
    "schemathesis": schemathesis.run,
}


def main(wanted: list[str]) -> None:
    """Run the parts that are wanted, or all."""
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.parent.mkdir(exist_ok=True)
    bars: list[Bar] = []
    with Conformance(STATE) as stage:
        for name in wanted or PARTS:
            bars += PARTS[name](stage)
    conclude(bars)


if __name__ == "__main__":
    main(sys.argv[1:])
