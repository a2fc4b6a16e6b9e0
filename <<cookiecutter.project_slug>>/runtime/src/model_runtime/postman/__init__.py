"""A Postman collection for a bundle: good and bad requests to every route, with tests."""
