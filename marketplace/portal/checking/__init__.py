"""Conformance checks as members start and read them."""
