"""How requests are served: worker, log, limits, read routing, conditional answers."""
