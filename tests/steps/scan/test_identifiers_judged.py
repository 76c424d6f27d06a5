"""`identifiers check` says of numbers what an independent library says: its published examples, and others near them.

The judge is python-stdnum, which shares no line with our checks. At least forty forms of each kind: the examples in its
documentation and in our catalogue, and each of some of them with one character changed, left out or added. Where the
two know different rules the table says so: `more` (we ask for more than the judge), `less` (the judge asks for more).
"""

from __future__ import annotations

import random
import re
from importlib import import_module
from pathlib import Path

import pytest

import isthmus
from isthmus.steps.scan import read_catalogue, value_problem

ROWS = {row.id: row for row in read_catalogue(Path(isthmus.__file__).parent / "jurisdictions").identifiers}
SAME = "same"
# kind -> modules of the judge, and how far they agree
JUDGES: dict[str, tuple[str, str]] = {
    "au.tfn": ("au.tfn", "more"),  # the judge takes eight digits too, as before the ninth
    "br.cnpj": ("br.cnpj", SAME),
    "br.cpf": ("br.cpf", SAME),
    "ca.sin": ("ca.sin", SAME),
    "cl.rut": ("cl.rut", SAME),
    "cn.resident_id": ("cn.ric", "less"),  # the judge has not all provinces of GB/T 2260
    "cn.uscc": ("cn.uscc", SAME),
    "eu.de_tax_id": ("de.idnr", SAME),
    "eu.es_dni": ("es.dni es.nie", SAME),
    "eu.fi_hetu": ("fi.hetu", SAME),
    "eu.fr_nir": ("fr.nir", SAME),
    "eu.iban": ("iban", SAME),
    "eu.it_codice_fiscale": ("it.codicefiscale", SAME),
    "eu.nl_bsn": ("nl.bsn", "more"),  # the judge puts a zero before eight digits
    "eu.pl_pesel": ("pl.pesel", SAME),
    "eu.se_personnummer": ("se.personnummer", "less"),  # coordination numbers: 60 more for the day
    "id.nik": ("id.nik", "more"),  # a day of birth from 72 to 99, and the serial 0000, are none
    "in.aadhaar": ("in_.aadhaar", SAME),
    "in.gstin": ("in_.gstin", "less"),  # 97, other territory
    "in.pan": ("in_.pan", SAME),
    "jp.corporate": ("jp.cn", SAME),
    "jp.my_number": ("jp.in_", SAME),
    "kr.brn": ("kr.brn", "more"),  # the judge asks a service about the check digit
    "kr.rrn": ("kr.rrn", "less"),  # foreigners' 5 to 8
    "mx.curp": ("mx.curp", SAME),
    "my.ic": ("my.nric", SAME),
    "pk.cnic": ("pk.cnic", "less"),  # an even last digit may be 0
    "th.pin": ("th.pin", SAME),
    "tr.id": ("tr.tckimlik", SAME),
    "tw.ubn": ("tw.ubn", "less"),  # from April 2023 the sum need only be divisible by five
    "uk.nhs": ("gb.nhs", SAME),
    "us.itin": ("us.itin", "less"),  # 50 to 65 are assigned too
    "us.ssn": ("us.ssn", SAME),
    "za.id": ("za.idnr", SAME),
}
# forms of which the two know different things: other kinds of number, prefixes, years long ago, young provinces
OTHERS = {
    "cl.rut": re.compile("CL.*"),
    "cn.resident_id": re.compile(r"\d{6}(?!18|19|20).*"),
    "eu.it_codice_fiscale": re.compile(r"\d{11}"),
    "id.nik": re.compile("9[1-7].*"),
    "in.pan": re.compile("...[EK].*"),
}


def published(module: object) -> list[str]:
    """The numbers in the documentation of a module of the judge."""
    return re.findall(r"(?:validate|is_valid|compact|format)\('([^']+)'", module.__doc__ or "")


def says(module: object, value: str) -> bool:
    """What a module of the judge says; of a region that it does not know it says nothing, which is no."""
    try:
        return bool(module.is_valid(value))  # type: ignore[attr-defined]  # every module has it
    except KeyError:
        return False


def forms(kind: str, examples: list[str]) -> list[str]:
    """The examples, and others that differ from them in one character."""
    chance = random.Random(kind)
    found = list(examples)
    for value in examples[:8]:
        places = [place for place, character in enumerate(value) if character.isalnum()]
        for place in chance.sample(places, min(14, len(places))):
            others = "0123456789" if value[place].isdigit() else "ABCDEFGHKLMNX"
            found.append(value[:place] + chance.choice(others.replace(value[place], "")) + value[place + 1 :])
        place = chance.choice(places[:-1])
        found += [value[:place] + value[place + 1 :], f"{value}1"]
    other = OTHERS.get(kind)
    return [value for value in dict.fromkeys(found) if other is None or not other.fullmatch(value)]


@pytest.mark.parametrize("kind", JUDGES)
def test_forms_are_judged_alike(kind: str):
    """Every form, by both."""
    names, agreement = JUDGES[kind]
    modules = [import_module(f"stdnum.{name}") for name in names.split()]
    examples = [value for module in modules for value in published(module)]
    examples += [value for example in ROWS[kind].examples for value in example.finds]
    wrong = []
    listed = forms(kind, list(dict.fromkeys(examples)))
    for value in listed:
        ours, theirs = not value_problem(ROWS[kind], value), any(says(module, value) for module in modules)
        if ours != theirs and not (agreement == "more" and theirs) and not (agreement == "less" and ours):
            wrong.append((value, ours, theirs))
    assert not wrong
    assert len(listed) >= 40
    assert any(not value_problem(ROWS[kind], value) for value in listed)
