"""What all tests share: the network is off but for loopback (see pyproject), and asyncio is the only loop colour.

Where `ISTHMUS_SKIPS_FAIL` is set, as in continuous integration, every tool is installed: a skipped test is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from tests.postgres_cluster import Cluster, find_programs


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure where nothing may be missing."""
    report = yield
    if report.skipped and os.environ.get("ISTHMUS_SKIPS_FAIL"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole run; a test that stops it starts it again."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL is installed; on Debian and Ubuntu: apt-get install postgresql")
    cluster = Cluster(programs)
    yield cluster
    cluster.remove()


@pytest.fixture
def database(postgres: Cluster) -> str:
    """The URL of a new, empty place for a store."""
    return postgres.new_place()
