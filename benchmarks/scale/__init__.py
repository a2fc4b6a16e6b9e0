"""Serving at scale, on paper and by simulation: `make scale` makes docs/scale.md."""
