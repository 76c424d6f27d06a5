"""How many tokens a text may be, without the model's tokenizer: only for comparing deployments before a call.

About four characters of Latin script, or one and a half Han characters, make a token with the tokenizers of both
ecosystems; the figure is marked as an estimate wherever it shows.
"""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.exchange import Slot

TOKENIZER = "characters"
MESSAGE_OVERHEAD = 4


def estimate_tokens(slots: Iterable[Slot]) -> int:
    """An estimate of the tokens in all slots."""
    total = 0.0
    for slot in slots:
        size = len(slot.text)
        wide = 0 if slot.text.isascii() else (len(slot.text.encode("utf-8", "surrogatepass")) - size) // 2
        total += min(wide, size) / 1.5 + max(size - wide, 0) / 4
    return int(total) + MESSAGE_OVERHEAD
