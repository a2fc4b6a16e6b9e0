"""A shop: the project that the library's tests run."""
