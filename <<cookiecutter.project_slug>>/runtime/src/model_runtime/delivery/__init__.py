"""From a bundle to a running release."""
