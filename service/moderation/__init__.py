"""Screening of new comments, decisions, and the moderation queue."""
