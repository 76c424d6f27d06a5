"""The 31 careless errors: the right answer of whole flows, and each error, once planted, makes one of them fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.jurisdictions.careless import BOOK, FILE, CarelessError, Flow, Plant, planted, wrong
from tests.jurisdictions.careless_code import CHECKS, PLANTS, Check
from tests.jurisdictions.careless_code import Plant as CodePlant

from isthmus.errors import CatalogError
from isthmus.steps.decide import Rulebook

BY_NUMBER = {error.number: error for error in FILE.errors}
FLOWS = [(error, flow) for error in FILE.errors for flow in error.flows]
IN_PACKS = [(error, plant) for error in FILE.errors for plant in error.plants]
IN_CODE = [(BY_NUMBER[number], plant) for number, plants in PLANTS.items() for plant in plants]


def test_all_31_are_there():
    """Each with a right answer and with the error itself."""
    assert [error.number for error in FILE.errors] == list(range(1, 32))
    bare = [e.number for e in FILE.errors if not (e.flows or CHECKS.get(e.number))]
    assert bare == [], "no right answer"
    assert [e.number for e in FILE.errors if not (e.plants or PLANTS.get(e.number))] == [], "never planted"


@pytest.mark.parametrize(("error", "flow"), FLOWS, ids=lambda row: row.name if isinstance(row, Flow) else row.number)
def test_the_right_answer(error: CarelessError, flow: Flow):
    """Written from the provision it rests on."""
    assert wrong(flow, BOOK) == [], f"{error.right} (rests on {flow.rests_on})"


@pytest.mark.parametrize(
    ("number", "check"), [(number, check) for number, checks in CHECKS.items() for check in checks]
)
async def test_the_right_behaviour(number: int, check: Check, tmp_path: Path):
    """Of the code around the decision."""
    assert await check(BOOK, tmp_path) == [], BY_NUMBER[number].right


@pytest.mark.parametrize(
    ("error", "plant"), IN_PACKS, ids=lambda row: row.says if isinstance(row, Plant) else row.number
)
async def test_an_error_planted_in_the_packs_is_noticed(error: CarelessError, plant: Plant, tmp_path: Path):
    """By one of the flows or checks of that error, or at once by the reader of the packs."""
    try:
        book = planted(plant)
    except CatalogError:
        return
    assert await _noticed(error, book, tmp_path), plant.says


@pytest.mark.parametrize(("error", "plant"), IN_CODE, ids=lambda row: getattr(row, "__name__", "") or row.number)
async def test_an_error_planted_in_the_code_is_noticed(
    error: CarelessError, plant: CodePlant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """By one of the flows or checks of that error."""
    plant(monkeypatch)
    assert await _noticed(error, BOOK, tmp_path), plant.__doc__


async def _noticed(error: CarelessError, book: Rulebook, folder: Path) -> bool:
    if any(wrong(flow, book) for flow in error.flows):
        return True
    return any([await check(book, folder) for check in CHECKS.get(error.number, ())])
