"""Attune: comments and moderation for pages about painful things."""

VERSION = "0.1.0"
