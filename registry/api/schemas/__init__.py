"""Wire shapes: type, length and enumeration only; the law is not here."""
