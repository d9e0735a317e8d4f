"""What triage looks for: the phrases of the packs, and a site's own changes on top of them."""
