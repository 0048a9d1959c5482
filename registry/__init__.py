"""Blacklist and credit-sanction registry for public resource trading."""

__version__ = "0.1.0"
