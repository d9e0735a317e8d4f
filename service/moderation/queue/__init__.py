"""The moderation queue as it is read: lanes, places in them, cards, whose turn it is, what is new."""
