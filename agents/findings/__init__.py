"""Findings over all the runs that found them: followed, told, and seen to by people."""
