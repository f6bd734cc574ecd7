"""Accounts at shops: the sessions kept for them, and where those come from."""
