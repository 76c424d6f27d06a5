"""The tree of RFC 6962: known roots, and proofs that agree with the definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.steps.record.merkle import (
    EMPTY_ROOT,
    Frontier,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
)

# The test inputs of the certificate-transparency project and the roots that it publishes for them.
INPUTS = [bytes.fromhex(t) for t in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


def defined(hashes: list[bytes]) -> bytes:
    """The root exactly as RFC 6962, 2.1 defines it."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(defined(hashes[:half]), defined(hashes[half:]))


def test_roots_are_those_of_certificate_transparency():
    """Eight known trees have their known roots."""
    hashes = [leaf_hash(data) for data in INPUTS]
    assert [root_of(hashes[: size + 1]).hex() for size in range(8)] == ROOTS
    assert root_of([]) == EMPTY_ROOT


@given(st.integers(0, 130))
def test_a_frontier_grows_to_the_defined_root(size: int):
    """The incremental root equals the recursive definition, also when packed and unpacked on the way."""
    frontier = Frontier()
    for leaf in leaves(size):
        frontier = Frontier.unpack(frontier.size, frontier.pack())
        frontier.add(leaf)
    assert frontier.root() == defined(leaves(size))


def test_peaks_that_do_not_fit_are_no_frontier():
    """A damaged tip is noticed before anything is built on it."""
    with pytest.raises(ValueError, match="peaks"):
        Frontier.unpack(3, b"x" * 32)


@settings(max_examples=60)
@given(SIZES, st.data())
def test_an_inclusion_proof_leads_to_the_root(size: int, data: st.DataObject):
    """The audit path of every leaf gives the root; of another leaf it does not."""
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    proof = inclusion_proof(hashes, index)
    assert root_from_inclusion(hashes[index], index, size, proof) == root_of(hashes)
    assert root_from_inclusion(leaf_hash(b"other"), index, size, proof) != root_of(hashes)


def test_proofs_of_the_wrong_length_prove_nothing():
    """A proof with a node too few or too many is refused."""
    hashes = leaves(7)
    proof = inclusion_proof(hashes, 3)
    for bad in (proof[:-1], (*proof, proof[0])):
        with pytest.raises(ValueError, match="too"):
            root_from_inclusion(hashes[3], 3, 7, bad)


def test_a_leaf_or_a_size_outside_the_tree_has_no_proof():
    """Indices are checked."""
    with pytest.raises(IndexError):
        inclusion_proof(leaves(3), 3)
    with pytest.raises(ValueError, match="no leaf"):
        root_from_inclusion(leaves(1)[0], 1, 1, ())
