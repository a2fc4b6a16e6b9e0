"""A load on a running service: as many users as wanted, and what came of it."""
