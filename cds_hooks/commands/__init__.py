"""One verb, one file: each prints what it has to say and returns an exit code."""
