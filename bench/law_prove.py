"""Proof of the law on one core: each invariant over its whole space, its planted defect, random facts decided twice.

`--facts N` draws so many random facts (100,000 where it is not said), `--seed N` draws others.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import bar, conclude

from isthmus.catalogues import JURISDICTIONS
from isthmus.steps.decide import Rulebook
from isthmus.steps.decide.loading import compiled, read_sources
from isthmus.steps.decide.proof import planted, prove, read_invariants
from isthmus.steps.decide.proof.agreement import Agreement
from isthmus.steps.decide.proof.sampling import Sampler

TODAY = "2026-11-23"


def proofs(book: Rulebook) -> tuple[int, int, int]:
    """How many invariants hold and how many there are, and the combinations covered."""
    found = [prove(book, one) for one in read_invariants(JURISDICTIONS)]
    for proof in found:
        print(f"{'holds ' if proof.holds else 'BROKEN'} {proof.id}: {proof.combinations:,} combinations")
    return sum(proof.holds for proof in found), len(found), sum(proof.combinations for proof in found)


def defects() -> int:
    """How many planted defects give a counter-example that the engine confirms."""
    sources, noticed = read_sources(JURISDICTIONS), 0
    for one in read_invariants(JURISDICTIONS):
        proof = prove(planted(sources, one.defect, TODAY), one)
        noticed += proof.confirmed
        if not proof.confirmed:
            print(f"not noticed: the defect of {one.id}")
    return noticed


def differences(book: Rulebook, count: int, seed: int) -> int:
    """How many of so many random facts engine and model decide otherwise."""
    sampler, agreement, differing = Sampler(book, random.Random(seed).choice), Agreement(book), 0
    for n in range(count):
        facts = sampler.facts()
        lines = list(agreement.differences(facts))
        differing += bool(lines)
        for line in lines[: 5 - differing]:
            print(f"facts {n}: {line}")
    return differing


def main() -> None:
    """Prove, plant and draw, pinned to one core; ends with the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    started = time.monotonic()
    book = compiled(read_sources(JURISDICTIONS), TODAY)
    holding, count, combinations = proofs(book)
    seconds = time.monotonic() - started
    print(f"{combinations:,} combinations covered in {seconds:.1f} s")
    noticed = defects()
    print(f"{noticed} of {count} planted defects noticed and confirmed by the engine")
    differing = differences(book, chosen.facts, chosen.seed)
    print(f"{chosen.facts - differing:,} of {chosen.facts:,} random facts decided alike by engine and model")
    conclude(
        [
            bar("law invariants proved over their full space", holding, "at least", 25),
            bar("law invariants broken", count - holding, "at most", 0),
            bar("law prove, seconds on one core", seconds, "under", 300),
            bar("law planted defects not noticed", count - noticed, "at most", 0),
            bar("law random facts decided otherwise by the prover's model", differing, "at most", 0),
            bar("law random facts decided", chosen.facts, "at least", 100_000),
        ]
    )


if __name__ == "__main__":
    main()
