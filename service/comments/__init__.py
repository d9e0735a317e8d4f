"""Comments, their revisions and threads; no views."""
