"""Print what this registry signs, and read what a printed file carries."""
