"""Side-by-side measurements: `make bench`. Ratios of one run hold; seconds are the machine's."""
