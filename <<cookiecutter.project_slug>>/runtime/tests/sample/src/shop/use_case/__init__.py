"""The use case: will a customer buy?"""
