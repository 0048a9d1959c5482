"""Concrete refusals, each of one kind of ``registry.errors``, with a permanent code and a Chinese title."""
