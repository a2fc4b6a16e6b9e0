"""Measure a bundle, as it is served, on labelled rows."""
