"""Figures, compared with a floor measured in the same run; some are held against a limit."""
