"""Backups: the whole database in one file that says what is in it, and the way back from such a file."""
