"""Adding an API: address, key, models, prices, limits and terms, each step saved."""
