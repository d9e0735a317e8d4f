"""People: users with a role and their sessions; commenters too, who need no account."""
