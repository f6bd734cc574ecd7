"""Copies of the database, and what leaves it: backups and back, checks, pruning, a copy fit to share."""
