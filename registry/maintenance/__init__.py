"""Look after an installation: back it up, restore it, say what is wrong with it."""
