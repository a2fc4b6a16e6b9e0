"""Side-by-side measurements: `make bench`. Ratios of one run hold; seconds are the machine's.

They run in a project's environment and folder, with the template's folder on PYTHONPATH.
"""
