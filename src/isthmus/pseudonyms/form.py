"""The form of a pseudonym, which transform writes and restore reads: a type word, one hyphen, a code (`Person-K7F3Q`).

A code is 4 to 6 symbols and a check symbol, all from 31 symbols without look-alikes (no 0 O 1 I L). 31 is prime and the
positions have distinct weights, so that one changed symbol, or any two exchanged, never gives another valid code. A
code holds a digit and a letter: no word of a language and no plain number is one. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import mul

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTHS = (4, 5, 6)  # symbols before the check symbol; longer ones where shorter ones collide
LONGEST = 64  # code points that a pseudonym in a tolerated form may span, and so the most that a stream holds back
_INDEX = {symbol: index for index, symbol in enumerate(ALPHABET)}
_SYMBOLS = frozenset(ALPHABET)
_WEIGHTS = range(1, 31)
_NO_LETTER = re.compile(r"[^A-Za-z\u4e00-\u9fff]+")


def check_symbol(symbols: str) -> str:
    """The symbol that ends the code of `symbols`."""
    return ALPHABET[sum(map(mul, _WEIGHTS, map(_INDEX.__getitem__, symbols))) % 31]


def is_code(run: str) -> bool:
    """Whether `run`, in upper case and half width, is a well-formed code with the right check symbol."""
    return len(run) - 1 in LENGTHS and _SYMBOLS.issuperset(run) and is_mixed(run) and run[-1] == check_symbol(run[:-1])


def is_mixed(run: str) -> bool:
    """Whether `run` holds both a digit and a letter."""
    return not run.isalpha() and not run.isdecimal()


@lru_cache(maxsize=1024)
def type_word(word: str) -> str:
    """`word` with letters only: nothing that Markdown, XML or a template eats (`Bank card` becomes `Bankcard`)."""
    return _NO_LETTER.sub("", word)
