"""The files behind the metrics, as the parent keeps them: one a process and kind."""

from __future__ import annotations

from pathlib import Path


def clear(folder: Path) -> None:
    """Make the folder, and remove what an earlier run left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)


def forget_process(pid: int, folder: Path) -> None:
    """A process has ended: its gauges go, its counters stay in the sums."""
    for file in folder.glob(f"gauge_live*_{pid}.db"):
        file.unlink(missing_ok=True)
