"""Ground floor: database, clock, errors, dispatch, text, paging, signing, limits. Knows no other package."""
