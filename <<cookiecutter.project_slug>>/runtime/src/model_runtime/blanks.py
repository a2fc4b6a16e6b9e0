"""The blanks that programs put around values."""

BLANKS = " \t"
"""Signs that may stand around a cell's number, date, true or false, as in columns of one width."""
