"""Rules against spam and abuse: what they are, what they find, and who changed them."""
