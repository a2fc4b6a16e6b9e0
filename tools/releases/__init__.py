"""The parts of `tools/release.py`: what a version needs, where it is written, and its commit."""
