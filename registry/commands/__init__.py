"""The commands of ``registry``, one module per noun."""
