"""The service beside the workspace, by `make azure-release`."""
