"""What is stored about one reader: write it out for them, and erase it."""
