"""What those who run a node see of it: lines of the log and figures, from real processes."""
