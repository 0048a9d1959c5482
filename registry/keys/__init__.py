"""Keys of the node: where they are kept, and what they sign."""
