"""Should we say it, now, and in what words? Pure: outcomes and earlier answers in, a prompt out."""
