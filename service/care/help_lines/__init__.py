"""Help lines by country: a file of numbers with their sources, and which of them to show (pure)."""
