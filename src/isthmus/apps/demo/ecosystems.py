"""Two simulated ecosystems, mainland and abroad, as real HTTP servers on loopback.

Everything here is simulated: no model is asked and nothing leaves the machine. `python -m isthmus.apps.demo.ecosystems
--port-file F` runs them on their own for benches; `POST /_control/<deployment>/faults` makes one fail,
`GET /_control/<deployment>/received` shows what reached it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import uvloop

from isthmus.apps.demo.simulated.deployments import DEPLOYMENTS, Ecosystem, Simulated
from isthmus.apps.demo.simulated.house import Desk, House
from isthmus.apps.demo.simulated.received import Received

_BOTH: tuple[Ecosystem, Ecosystem] = ("mainland", "abroad")


class Ecosystems:
    """Both ecosystems; an asynchronous context manager, or `start` and `close`.

    `ports` fixes ports by ecosystem (a free one otherwise), `keep` is how many requests each deployment remembers,
    `log` a file to which one line of JSON is appended for each request before it is answered.
    """

    def __init__(
        self,
        deployments: Iterable[Simulated] = DEPLOYMENTS,
        *,
        ports: Mapping[Ecosystem, int] | None = None,
        keep: int = 50,
        log: Path | None = None,
    ) -> None:
        rows = tuple(deployments)
        self._ports = dict(ports or {})
        self._path = log
        self._log = -1
        told = self._append if log else None
        self._houses = {
            side: House((row for row in rows if row.ecosystem == side), keep=keep, log=told) for side in _BOTH
        }
        self._side = {row.id: row.ecosystem for row in rows}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Listen on loopback."""
        if self._path is not None:
            self._log = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for side, house in self._houses.items():
            await house.start(self._ports.get(side, 0))

    async def close(self) -> None:
        """Stop both servers."""
        for house in self._houses.values():
            await house.close()
        if self._log >= 0:
            os.close(self._log)
            self._log = -1

    @property
    def ports(self) -> dict[Ecosystem, int]:
        """The port of each ecosystem."""
        return {side: house.port for side, house in self._houses.items()}

    @property
    def deployments(self) -> tuple[str, ...]:
        """The names of all deployments."""
        return tuple(self._side)

    def base_url(self, deployment: str) -> str:
        """What an SDK or a configuration calls the base address of a deployment."""
        return f"http://127.0.0.1:{self._houses[self._side[deployment]].port}/{deployment}/v1"

    def received(self, deployment: str) -> tuple[Received, ...]:
        """The last requests that reached a deployment, oldest first (`_elsewhere`: where redirects lead)."""
        return tuple(r for desk in self._desks(deployment) for r in desk.received)

    def count(self, deployment: str) -> int:
        """How many requests reached a deployment."""
        return sum(desk.count for desk in self._desks(deployment))

    def left(self, deployment: str) -> int:
        """How many clients closed the connection before their answer was complete."""
        return sum(desk.left for desk in self._desks(deployment))

    async def until_left(self, deployment: str) -> None:
        """Wait until a client has left before its answer was complete."""
        for desk in self._desks(deployment):
            await desk.leaving.wait()

    def fail(self, deployment: str, *faults: str) -> None:
        """Fail the next requests in this way, one name each (`always` after a name keeps it; none: work again)."""
        for desk in self._desks(deployment):
            desk.faults.clear()
            desk.faults.extend(faults)

    def _desks(self, deployment: str) -> list[Desk]:
        return [house.desks[deployment] for house in self._houses.values() if deployment in house.desks]

    def _append(self, deployment: str, received: Received) -> None:
        row = {"deployment": deployment, "number": received.number, "body": received.body.decode("utf-8", "replace")}
        os.write(self._log, msgspec.json.encode(row) + b"\n")


async def _serve(ecosystems: Ecosystems, port_file: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with ecosystems:
        said = {"ports": ecosystems.ports, "base_urls": {n: ecosystems.base_url(n) for n in ecosystems.deployments}}
        if port_file is not None:
            part = port_file.with_name(f"{port_file.name}.part")
            part.write_text(json.dumps(said), encoding="utf-8")
            part.replace(port_file)
        else:
            print(json.dumps(said, indent=1), flush=True)  # noqa: T201 - a program's only output
        await stop.wait()


def main(arguments: list[str] | None = None) -> None:
    """Run both ecosystems until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m isthmus.apps.demo.ecosystems", description=__doc__)
    parser.add_argument("--port-file", type=Path, help="write ports and base addresses there as JSON, once listening")
    parser.add_argument("--mainland-port", type=int, default=0)
    parser.add_argument("--abroad-port", type=int, default=0)
    parser.add_argument("--log", type=Path, help="append one line of JSON for each request received")
    parser.add_argument("--latency-ms", type=float, help="of every deployment, instead of its own")
    parser.add_argument("--gap-ms", type=float, help="between two events of a stream, instead of the deployment's own")
    parser.add_argument("--events", type=int, help="events of a stream of the load deployments")
    given = parser.parse_args(arguments)
    changes: dict[str, float | int] = {}
    if given.latency_ms is not None:
        changes["latency_s"] = given.latency_ms / 1000
    if given.gap_ms is not None:
        changes["gap_s"] = given.gap_ms / 1000
    rows = [msgspec.structs.replace(row, **changes) for row in DEPLOYMENTS]
    if given.events is not None:
        rows = [msgspec.structs.replace(row, events=given.events) if row.canned else row for row in rows]
    ports: dict[Ecosystem, int] = {"mainland": given.mainland_port, "abroad": given.abroad_port}
    uvloop.run(_serve(Ecosystems(rows, ports=ports, log=given.log, keep=5), given.port_file))


if __name__ == "__main__":
    main()
