"""The service: a bundle's model as a REST API in its own words."""
