"""What the process that prepares the site tells the one that runs it."""

import json
from typing import NamedTuple


class Plan(NamedTuple):
    """Where to serve, what to start, and what a person should read when it runs."""

    host: str
    port: int
    broker_socket: str  # empty when the broker is somebody else's
    workers: int
    notes: list[str]
    set_up: str = ""  # where the first owner sets the site up, behind its address or whole; empty: there is one

    def to_json(self) -> str:
        """Return the plan as a line of text."""
        return json.dumps(self._asdict())

    @classmethod
    def from_json(cls, line: bytes) -> "Plan":
        """Read what `to_json` wrote."""
        return cls(**json.loads(line))
