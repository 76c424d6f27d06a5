"""64 callers in 4 processes at a threshold: never one person too many, never one too few."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
from tests.steps.record.ledger_parts import change, exported, ledger_in, opened, persons, rows

from isthmus.exchange import Limit
from isthmus.steps.record.verify import verify

PROCESSES, CALLERS = 4, 16
# The last count that is still inside: on each side of the thresholds of mainland law, and where counting begins.
LAST = (0, 1, 9_999, 10_000, 99_999, 100_000, 999_999, 1_000_000)
CHILD = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.steps.record.test_thresholds import call
asyncio.run(call(Path(sys.argv[1]), int(sys.argv[3])))
"""


async def call(folder: Path, process: int) -> None:
    """One process: at each line that it reads, its callers go for that threshold all at once; it tells who got in."""
    async with await ledger_in(folder) as ledger:
        print(flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            last = int(line)
            waits = []
            for caller in range(CALLERS):
                name = f"{last}-{process}-{caller}"
                limits = (Limit(category="general", low=0, high=last + 1),)
                waits.append(ledger.append(opened(name), (persons(name, counterparty=str(last), limits=limits),)))
            outcomes = await asyncio.gather(*waits, return_exceptions=True)
            told = [0 if isinstance(each, BaseException) else each.tallies[1].after for each in outcomes]
            refused = {type(each).__name__ for each in outcomes if isinstance(each, BaseException)}
            print(msgspec.json.encode([told, sorted(refused)]).decode(), flush=True)


async def ask(process: asyncio.subprocess.Process, line: str) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line.encode())
    return await process.stdout.readline()


async def test_at_a_threshold_exactly_the_last_person_gets_in(place: Path):
    """One person short of each threshold one of 64 is counted, and the count ends on it."""
    async with await ledger_in(place) as ledger:
        for last in LAST:
            await ledger.append(opened(f"seed-{last}"), (persons(f"seed-{last}", counterparty=str(last)),))
    for last in LAST:
        held = f'{{"general":{max(0, last - 1)}}}'
        change(place, f"UPDATE scopes SET tallies = '{held}' WHERE counterparty = '{last}'")
    children = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CHILD, str(place), str(Path(__file__).parents[3]), str(number)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    try:
        await asyncio.gather(*(ask(child, "") for child in children))
        for last in LAST:
            answers = await asyncio.gather(*(ask(child, f"{last}\n") for child in children))
            told = [msgspec.json.decode(answer) for answer in answers]
            assert [count for counts, _ in told for count in counts if count] == ([last] if last else [])
            assert {name for _, names in told for name in names} == {"BandCrossedError"}
            ((tallies,),) = rows(place, "SELECT tallies FROM scopes WHERE counterparty = ?", str(last))
            assert msgspec.json.decode(tallies) == {"general": last}
    finally:
        for child in children:
            assert child.stdin is not None
            child.stdin.close()
        await asyncio.gather(*(child.wait() for child in children))
    report = verify(exported(place))
    assert (report.ok, report.open_sends) == (True, 0)
