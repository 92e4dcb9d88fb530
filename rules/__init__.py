"""Is it true for this person? Pure: the same record, answers and day give the same outcome."""
