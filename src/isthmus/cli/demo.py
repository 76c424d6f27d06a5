"""`isthmus demo`: the story, or everything left running for curl."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn

from cyclopts import Parameter, validators

from isthmus.errors import ConfigError


def demo(
    *,
    serve: Annotated[bool, Parameter(name="--serve", negative="")] = False,
    lang: Annotated[Literal["en", "zh"] | None, Parameter(name="--lang")] = None,
    state: Annotated[Path, Parameter(name="--state")] = Path("demo-state"),
    port: Annotated[int, Parameter(name="--port", validator=validators.Number(gte=0, lte=65535))] = 0,
    scene: Annotated[str, Parameter(name="--scene")] = "",
) -> None:
    """Tell the story: ten calls through one endpoint before two SIMULATED ecosystems. 一个端点，两个模拟生态.

    Args:
        serve: Leave everything running for curl instead.
        lang: The language of the telling; absent: as LANG says.
        state: Where configuration, ledger and logs of the demo go; emptied at each start.
        port: The gateway's port; 0 is a free one (8400 with --serve).
        scene: Tell this one only, without the ledger: home, export, refused, free, tools, card, terms, public ...

    """
    if importlib.util.find_spec("openai") is None:
        raise ConfigError("the demo needs the official SDK", remedy="pip install 'isthmus[demo]'")
    from isthmus.apps.demo.story import serve_stage, tell, tell_one  # noqa: PLC0415 - the SDK is an extra

    chosen = lang or ("zh" if os.environ.get("LANG", "").lower().startswith("zh") else "en")
    started = time.monotonic()
    with _ended_in_order():
        if serve:
            serve_stage(state, chosen, port=port or 8400)
        elif scene:
            tell_one(state, chosen, port=port, name=scene)
        elif not tell(state, chosen, port=port, started=started):
            sys.exit(1)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Whoever ends the demo, or its terminal, ends what it started."""
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
