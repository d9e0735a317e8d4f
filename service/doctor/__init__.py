"""What is unsafe or broken in an installation, in plain words, and what to do about it."""
