"""服务商门户: where providers list their APIs. The one room that joins catalogue and sandbox.

Rooms: ``organisation`` (who acts for a provider), ``adding`` (an API, step by step), ``checking`` (conformance),
``listing`` (submission, review, life of a listing), ``faring`` (how a channel does), ``api`` (all of it for machines).
"""
