"""Does a channel speak its protocol: checks against the real endpoint, each with what was sent and received.

``questions`` and ``engine`` know no Django, so that simulated providers and the benchmark can use them; what works on
rows is imported when it is called.
"""
