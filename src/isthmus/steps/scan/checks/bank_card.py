"""Payment card numbers: issuer range and length of the scheme, then Luhn (ISO/IEC 7812-1).

The ranges are those the schemes publish: UnionPay 62 and 81 with 16 to 19 digits, Visa 4 with 13, 16 or 19,
Mastercard 51 to 55 and 2221 to 2720 with 16, American Express 34 and 37 with 15, JCB 3528 to 3589 with 16 to 19 and
1800 and 2131 with 15, Diners 36, 38, 300 to 305 with 14 to 19, Discover 6011, 644 to 649 and 65 with 16 to 19,
Maestro 50, 56 to 58, 63 and 67 with 12 to 19; and the mainland debit ranges from before UnionPay's own (955, 9558,
601428, 603367 ...), which are 16 to 19 long.
"""

from __future__ import annotations

from isthmus.steps.scan.checks.luhn import remainder

_RANGES: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    # first and last of the six leading digits, allowed lengths
    (180000, 180099, (15,)),
    (213100, 213199, (15,)),
    (500000, 509999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (560000, 589999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (630000, 639999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (670000, 679999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (620000, 629999, (16, 17, 18, 19)),
    (810000, 817199, (16, 17, 18, 19)),
    (400000, 499999, (13, 16, 19)),
    (510000, 559999, (16,)),
    (222100, 272099, (16,)),
    (340000, 349999, (15,)),
    (370000, 379999, (15,)),
    (352800, 358999, (16, 17, 18, 19)),
    (300000, 305999, (14, 16, 17, 18, 19)),
    (360000, 369999, (14, 15, 16, 17, 18, 19)),
    (380000, 399999, (14, 16, 17, 18, 19)),
    (601100, 601199, (16, 17, 18, 19)),
    (601382, 601382, (19,)),
    (601428, 601428, (19,)),
    (602907, 602907, (16, 19)),
    (602969, 602969, (16, 19)),
    (603265, 603265, (18, 19)),
    (603367, 603367, (18, 19)),
    (603445, 603445, (19,)),
    (603506, 603506, (16, 19)),
    (603601, 603708, (16, 17, 18, 19)),
    (644000, 659999, (16, 17, 18, 19)),
    (676240, 676399, (16, 19)),
    (685800, 685800, (19,)),
    (690755, 690755, (15, 16, 18)),
    (940000, 940099, (16, 18, 19)),
    (955100, 955999, (16, 17, 18, 19)),
    (984300, 984399, (16, 19)),
)
_NEAR = {str(two): tuple(row for row in _RANGES if row[0] // 10000 <= two <= row[1] // 10000) for two in range(10, 100)}


def problem(value: str) -> str:
    """Say what is wrong with a card number."""
    if not (value.isascii() and value.isdigit()):
        return "form"
    size = len(value)
    if not 12 <= size <= 19:
        return "length"
    head = int(value[:6])
    lengths = [allowed for low, high, allowed in _NEAR.get(value[:2], ()) if low <= head <= high]
    for allowed in lengths:
        if size in allowed:
            return "check digit" if remainder(value) else ""
    return "length" if lengths else "range"
