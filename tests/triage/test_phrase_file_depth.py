"""A file of phrases that nobody can have meant is refused in a sentence."""

import pytest

from service.core.errors import Invalid
from service.triage.phrases.files import read_rows


@pytest.mark.parametrize("text", ["[" * 20_000, "- " * 20_000 + "x"])
def test_a_file_of_endless_depth_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_rows(text, as_csv=False)
