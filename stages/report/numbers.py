"""How the report writes numbers: effects with the digits that they need, scales that end in round ones."""

import math
import re

DECIMALS = 6                             # the most that page.json holds
QUANTITY = re.compile(r"[≈~<>±+−-]? ?[\d.,]+( ?± ?[\d.,]+)?( ?%)?")     # text that is set like a number


def worded(claim):
    """Low, effect and high of a claim as text; low and high are None if it was not tested."""
    low, effect, high = claim["low"], claim["effect"], claim["high"]
    if low is None:
        return None, signed(effect, 2), None
    digits = interval_places(low, effect, high)
    return tuple(signed(number, digits) for number in (low, effect, high))


def scales(claims):
    """Unit -> where the scale ends, either way, that all intervals in this unit share."""
    ends = {}
    for claim in claims:
        ends[claim["unit"]] = max(ends.get(claim["unit"], 0), abs(claim["low"] or 0), abs(claim["high"] or 0))
    return {unit: round_up(end) for unit, end in ends.items()}


def interval_places(low, effect, high):
    """Decimal places that show the interval's width in two figures, and neither of its ends as 0."""
    wanted = [(high - low) / 10 or effect / 100, low, high]
    finest = min((abs(number) for number in wanted if number), default=1)
    return min(max(0, -math.floor(math.log10(finest))), DECIMALS)


def round_up(number):
    """The next number of one figure, 0.8, 0.9, 1, 2, ..., or 1.5, 15, ...; 1 for 0."""
    power = 10.0 ** math.floor(math.log10(number)) if number else 1
    return next(step * power for step in (1, 1.5, *range(2, 11)) if number <= step * power)


def signed(number, digits):
    """A number with its sign, which a rounded 0 has not."""
    sign = "" if round(number, digits) == 0 else "+" if number > 0 else "−"
    return f"{sign}{abs(number):,.{digits}f}"


def plain(number):
    """A positive number without exponent and idle zeros."""
    return f"{number:,.{DECIMALS}f}".rstrip("0").rstrip(".")


def digits(table):
    """For each column of a table its decimal places, None for words."""
    return [places([row[i] for row in table["rows"]]) for i in range(len(table["columns"]))]


def places(column):
    """Decimal places for a column: three figures of its largest number, four from 10 on; None for words."""
    numbers = [abs(cell) for cell in column if isinstance(cell, int | float)]
    if not any(numbers):
        return 0 if numbers or any(QUANTITY.fullmatch(cell) for cell in column if cell) else None
    given = max(len(plain(number).partition(".")[2]) for number in numbers)
    figures = 4 if max(numbers) >= 10 else 3
    return min(given, max(0, figures - 1 - math.floor(math.log10(max(numbers)))))


def shown(cell, digits):
    """A table's cell as text; `digits` are the decimal places of its column."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    text = f"{abs(cell):,.{0 if isinstance(cell, int) else digits}f}"
    if cell and not text.strip("0."):
        text = plain(abs(cell))
    return f"−{text}" if cell < 0 else text
