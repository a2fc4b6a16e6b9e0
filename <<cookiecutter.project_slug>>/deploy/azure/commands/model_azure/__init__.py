"""The project on Azure: the Makefile's targets that begin with azure. No service imports it."""
