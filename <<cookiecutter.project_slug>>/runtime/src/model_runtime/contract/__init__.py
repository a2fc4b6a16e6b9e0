"""The contract of a model: what it may be asked, what it answers, and how it refuses.

The service, batch scoring and Postman's collection share it. Of HTTP it knows paths and statuses.
"""
