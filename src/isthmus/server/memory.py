"""What keeps a worker small: a C library that gives freed memory back, and a garbage collector that leaves what stays.

Only the GNU C library is told anything; elsewhere nothing happens.
"""

from __future__ import annotations

import ctypes
import gc
from typing import Any

# From malloc.h. The threads of a worker take turns under the interpreter lock, so one arena each buys nothing; blocks
# of a large body go back to the system when they are freed, instead of raising the threshold for the next one.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
# A call leaves next to no cycles, so the collector need look less often than its defaults have it.
THRESHOLDS = (20_000, 20, 100)
SETTINGS = ((M_ARENA_MAX, 1), (M_TRIM_THRESHOLD, 1 << 20), (M_MMAP_THRESHOLD, 1 << 19))


def prepare() -> None:
    """Call it first, before threads have arenas of their own."""
    library = _library()
    if library is not None:
        for name, value in SETTINGS:
            library.mallopt(name, value)


def settle() -> None:
    """Call it when everything immutable is loaded: it is never collected again, and what loading took is given back."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    library = _library()
    if library is not None:
        library.malloc_trim(0)


def _library() -> Any:
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
