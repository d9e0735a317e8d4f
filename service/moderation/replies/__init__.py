"""Help with a reply: templates by situation, thoughts while writing, drafts."""
