"""One step, one file. Each goes both ways, and going back loses nothing."""
