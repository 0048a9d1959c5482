"""The demonstration: two nodes filled with invented records through the acts that everybody uses."""
