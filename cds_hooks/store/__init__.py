"""What was shown and what was said to it, kept in SQLite. The only place that knows SQL."""
