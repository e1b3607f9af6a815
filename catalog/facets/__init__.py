"""Lists that a reader narrows: what can be chosen, how many rows each choice leaves, and why nothing is left."""
