"""Reports: what readers tell staff about a comment."""
