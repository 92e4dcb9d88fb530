"""Figures, compared with a floor measured in the same run. Nothing here is asserted."""
