"""Words in the cells of a spreadsheet: never a formula there, and the same words when they come back (pure)."""

# OWASP, "CSV Injection"; some programs take the wide signs of East Asian keyboards for the narrow ones.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_cell(text: str) -> str:
    """Return the text as a cell holds it: behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if _is_risky(text) else text


def of_cell(cell: str) -> str:
    """Return the text that `as_cell` made this cell of."""
    return cell[1:] if cell.startswith("'") and _is_risky(cell) else cell


def _is_risky(text: str) -> bool:
    """Tell what a spreadsheet computes; with apostrophes before it as well, so that none is lost on the way back."""
    return text.lstrip("'").startswith(_BEGINS_A_FORMULA)
