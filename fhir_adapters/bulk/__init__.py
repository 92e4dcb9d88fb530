"""Many records at once, through the same reader as one."""
