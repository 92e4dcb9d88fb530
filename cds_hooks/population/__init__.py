"""A whole list of people, asked about by the same rules as one person."""
