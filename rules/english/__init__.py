"""Rules in plain English: conditions there and back, and a whole rule in one sentence."""
