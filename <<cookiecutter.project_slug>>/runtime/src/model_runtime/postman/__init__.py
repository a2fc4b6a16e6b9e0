"""A Postman collection for a bundle: every route, asked well and badly, with tests."""
