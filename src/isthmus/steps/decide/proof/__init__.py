"""Proof that the packs keep their invariants, over every combination of facts that the rules tell apart."""

from __future__ import annotations

from isthmus.steps.decide.proof.defects import planted
from isthmus.steps.decide.proof.invariants import Invariant, read_invariants
from isthmus.steps.decide.proof.proving import Proof, prove

__all__ = ["Invariant", "Proof", "planted", "prove", "read_invariants"]
