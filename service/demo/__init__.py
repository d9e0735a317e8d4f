"""Demo content in our own words; its people and sign-ins are refused where readers come from outside."""
