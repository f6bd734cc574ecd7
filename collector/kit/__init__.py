"""The kit for people who write portals: a skeleton to begin with, and saved pages fit for a bug report."""
