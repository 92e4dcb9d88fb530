"""The doors: HTTP, command line, pages, and the store. Start reading in ``app.py``."""
