"""What all tests share: the network is off but for loopback (see pyproject), and asyncio is the only loop colour.

Where `ISTHMUS_SKIPS_FAIL` is set, as in continuous integration, every tool is installed, so a skipped test is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure where nothing may be missing."""
    report = yield
    if report.skipped and os.environ.get("ISTHMUS_SKIPS_FAIL"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {report.longrepr}"
    return report
