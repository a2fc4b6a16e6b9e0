"""The project on Azure: what `make azure-…` runs. No service imports it."""
