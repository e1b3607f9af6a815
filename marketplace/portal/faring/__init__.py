"""How a channel fares: trials, rank, speed, errors, costs, and the right of reply."""
