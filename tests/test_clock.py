"""Instants, legal dates and identifiers."""

from __future__ import annotations

import uuid

import pytest

from isthmus import clock


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_600_799_999, "2026-11-25T09:59:59.999Z"),
        (1_795_600_800_000, "2026-11-25T10:00:00.000Z"),
    ],
)
def test_an_instant_has_milliseconds(milliseconds, text):
    assert clock.text(milliseconds) == text


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-12-31T15:59:59.999Z", "Asia/Shanghai", "2026-12-31"),
        ("2026-12-31T16:00:00.000Z", "Asia/Shanghai", "2027-01-01"),
        ("2026-12-31T23:59:59.999Z", "UTC", "2026-12-31"),
        ("2026-03-08T04:59:59.999Z", "America/New_York", "2026-03-07"),
        ("2026-12-31T18:29:59.999Z", "Asia/Kolkata", "2026-12-31"),
        ("2026-12-31T18:30:00.000Z", "Asia/Kolkata", "2027-01-01"),
    ],
)
def test_the_zone_of_the_rule_gives_the_legal_date(instant, zone, day):
    assert clock.legal_date(instant, zone) == day


def test_identifiers_are_uuids_of_version_7_in_the_order_of_time():
    made = [clock.uuid7() for _ in range(2000)]
    assert {uuid.UUID(each).version for each in made} == {7}
    assert {uuid.UUID(each).variant for each in made} == {uuid.RFC_4122}
    assert len(set(made)) == 2000
    assert [each[:13] for each in made] == sorted(each[:13] for each in made)
