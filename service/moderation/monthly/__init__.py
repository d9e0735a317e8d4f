"""The monthly check: people read some of the comments in which triage found nothing, and so learn what it misses."""
