"""Exchange of records between nodes, and the worker process with its scheduled jobs."""
