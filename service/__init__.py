"""Attune: comments and moderation for pages about painful things."""
