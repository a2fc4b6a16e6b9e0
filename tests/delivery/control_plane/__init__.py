"""A real control plane of Kubernetes for tests: its own programs, and a node of processes."""
