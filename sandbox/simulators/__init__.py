"""A fleet of simulated providers on loopback: three protocols, invented models, scripted faults.

They are the first run without a key, the peers of the tests and the upstream of the benchmarks. No Django in here.
"""
