"""Fixtures of the tests that start `run.py`."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.run.site import ROOT, Site, free_port


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def start_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Start sites on this test's data folder; what still runs afterwards is ended."""
    sites: list[Site] = []

    def start(**settings: str) -> Site:
        sites.append(Site(tmp_path / "data", **({"ATTUNE_PORT": str(free_port())} | settings)))
        return sites[-1]

    yield start
    for site in sites:
        site.end(signal.SIGTERM)
