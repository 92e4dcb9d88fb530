"""Local support: other people's directories read and written, and fetched by one command."""
