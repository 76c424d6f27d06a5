"""Who is spoken of: persons of a call for one counting scheme.

A record is the JSON object that holds a value (the parent of its pointer), a row or a paragraph of a file, or a text
slot. Within a record, identifiers
are one person where each kind occurs once; a kind that occurs twice makes each distinct value a person of its own.
Names beyond the persons that identifiers of their record make count as unresolved, once for each name. What is said of
someone (`text.health` ...) is nobody by itself: it makes the persons of its record more protected.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from isthmus.exchange import Finding, People, Person

NAMES = frozenset({"term.person", "person"})
SAID = "text."
_CELL = re.compile(r"![A-Z]+(?=[0-9]+$)")
_Identifier = tuple[str, str]


def people(findings: Iterable[Finding], categories: Mapping[str, str]) -> People:
    """The persons in `findings`, each once, under the most protected category of its findings.

    `categories` maps legal classes to categories, strongest class first; findings of other classes do not count.
    """
    order = {legal: place for place, legal in enumerate(categories)}
    records: dict[str, dict[_Identifier, int]] = defaultdict(dict)
    names: dict[str, dict[_Identifier, int]] = defaultdict(dict)
    said: dict[str, int] = {}
    for finding in findings:
        ranks = [order[legal] for legal in finding.classes if legal in order]
        if ranks and finding.kind.startswith(SAID):
            place = _record(finding)
            said[place] = min(*ranks, said.get(place, len(order)))
        elif ranks and finding.strength != "possible":
            held = names if finding.kind in NAMES else records
            key = (finding.kind, finding.value)
            record = held[_record(finding)]
            record[key] = min(*ranks, record.get(key, len(order)))
    groups: list[dict[_Identifier, int]] = []
    known: dict[str, int] = {}
    for place in said.keys() & records.keys():
        records[place] = {key: min(rank, said[place]) for key, rank in records[place].items()}
    for place, record in records.items():
        kinds = [kind for kind, _ in record]
        whole = len(set(kinds)) == len(kinds)
        found = [record] if whole else [{key: rank} for key, rank in record.items()]
        known[place] = len(found)
        groups += found
    unresolved = {key for place, record in names.items() for key in sorted(record)[known.get(place, 0) :]}
    classes = list(categories)
    persons = tuple(Person(identifiers=ids, category=categories[classes[rank]]) for ids, rank in _merge(groups))
    return People(persons=persons, unresolved=len(unresolved))


def _record(finding: Finding) -> str:
    """The object that holds the value: the parent of its pointer, in JSON text that of its path; a row of a file."""
    part = finding.parts[0]
    if part.via and part.via[0].startswith("part:"):
        return f"{part.pointer}#{_CELL.sub(r'!', part.via[0])}"
    inner = "#".join(layer[5:].removesuffix("#") for layer in part.via if layer.startswith("json:"))
    return f"{part.pointer}#{inner}".rpartition("/")[0] if inner else part.pointer.rpartition("/")[0]


def _merge(groups: list[dict[_Identifier, int]]) -> list[tuple[tuple[_Identifier, ...], int]]:
    """Groups that share an identifier are one person (disjoint sets); each with its strongest class."""
    parent = list(range(len(groups)))

    def find(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    owner: dict[_Identifier, int] = {}
    for number, group in enumerate(groups):
        for key in group:
            parent[find(number)] = find(owner.setdefault(key, number))
    merged: dict[int, dict[_Identifier, int]] = defaultdict(dict)
    for number, group in enumerate(groups):
        merged[find(number)].update(group)
    ranks: dict[int, int] = {}
    for number, group in enumerate(groups):
        root = find(number)
        ranks[root] = min(ranks.get(root, min(group.values())), *group.values())
    return [(tuple(sorted(group)), ranks[root]) for root, group in merged.items()]
