"""What each pair of dialects does with every field of a request: carried, refused, or left out by declared name.

The lists follow from what the one dialect asks for and the other can express (`conversation/features.py`); code goes
by the same data, and documentation prints it.
"""

from __future__ import annotations

import msgspec

from isthmus.dialects.conversation.features import FEATURES
from isthmus.dialects.dialect import Dialect, Upstream


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """From the dialect of a client to that of a deployment, by top-level field of the request.

    `carried` fields mean the same there, `refused` would change what was asked (the value is the remedy), `declared`
    are hints that are left out and named. `parts` says the same of what stands deeper in a request, by feature.
    """

    client: Dialect
    upstream: Upstream
    carried: tuple[str, ...]
    refused: dict[str, str]
    declared: tuple[str, ...]
    parts: dict[str, str]

    def __repr__(self) -> str:
        return f"Pair({self.client.id}, {self.upstream.id})"


def pair_of(client: Dialect, upstream: Upstream) -> Pair:
    """The lists from one dialect to another."""
    carried, declared, refused = [], [], {}
    for field, feature in client.request.items():
        if not feature or feature in upstream.can:
            carried.append(field)
        elif FEATURES[feature].policy == "declared":
            declared.append(field)
        else:
            refused[field] = FEATURES[feature].remedy
    parts = {name: "carried" if name in upstream.can else FEATURES[name].policy for name in sorted(client.parts)}
    return Pair(
        client=client,
        upstream=upstream,
        carried=tuple(carried),
        refused=refused,
        declared=tuple(declared),
        parts=parts,
    )
