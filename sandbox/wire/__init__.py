"""Talking to providers: pure adapters, one client that does the I/O, one guard for addresses. No Django in here."""
