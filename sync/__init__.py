"""The exchange between nodes, and the one worker process."""
