"""PostgreSQL with a streaming standby: readings on the replica, and failovers under load."""
