"""Triage: what in a comment sounds like somebody who needs an answer, and why."""
