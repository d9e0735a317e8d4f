"""One act on many comments: chosen in the queue, looked at once more, done in steps, undone as one."""
