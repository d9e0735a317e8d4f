"""Standings: what staff know of a commenter, and every change of it."""
