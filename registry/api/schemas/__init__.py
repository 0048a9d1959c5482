"""Request and answer schemas: type, length and enumeration only; the law is not here."""
