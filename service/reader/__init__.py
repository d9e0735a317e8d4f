"""The reader's side: articles with their threads, posting, my comment. Composes, holds no rules."""
