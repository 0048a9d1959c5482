"""A platform that shares no code with the product: it was written from docs/exchange.md alone."""
