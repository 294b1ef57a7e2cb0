"""Backups: taken, checked, kept, copied, verified and restored. The truth is the files, not the rows."""
