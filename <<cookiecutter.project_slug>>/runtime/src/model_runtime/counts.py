"""Counts of things, in words."""


def counted(number: float, one: str, more: str = "") -> str:
    """Return a count and what it is of: 1 row, 1,200 rows.

    Args:
        number: The count.
        one: The words for one, such as "row is".
        more: Those for none and for more than one; left out, `one` with an s.
    """
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
