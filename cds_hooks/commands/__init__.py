"""One verb, one file: each prints what it has to say and returns an exit code."""

# Exit codes, kept for ever.
FINE, PROBLEMS, COULD_NOT_RUN = 0, 1, 2
