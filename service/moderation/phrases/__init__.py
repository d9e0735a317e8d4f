"""Phrases as people tune them: how often each was right, what a change would do, and reading again after one."""
