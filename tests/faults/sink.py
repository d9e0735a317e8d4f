"""A mail server that notes what it takes, and that can be moody, mute or down."""

import asyncio
import random
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterable

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.run.site import free_port

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)
MOODS = ("refuses the recipient", "refuses the text", "hangs up before the answer", "hangs up after taking it")


class Sink:
    """Counts each mail by (Message-ID, recipient); what it took without saying so is counted apart.

    `moodiness` is the share of mails that it treats badly, in four ways.
    """

    def __init__(self, chance: random.Random, moodiness: float = 0.0) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()
        self.taken_unsaid: Counter[tuple[str, str]] = Counter()
        self.moods: Counter[str] = Counter()
        self.moodiness = moodiness
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._chance = chance
        self._controller: Controller | None = None
        self._mute: socket.socket | None = None
        self._lock = threading.Lock()
        self.start()

    def start(self) -> None:
        """Take mail."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Take no more connections."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def fall_mute(self) -> None:
        """Accept connections and never greet: the kernel accepts them, nobody reads."""
        self.stop()
        self._mute = socket.create_server(("127.0.0.1", self.port), backlog=100)

    def speak_again(self) -> None:
        """End the silence."""
        if self._mute is not None:
            self._mute.close()
            self._mute = None
        self.start()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Iterable[str]
    ) -> str:
        mood = self._mood()
        envelope.__dict__["mood"] = mood
        if mood == MOODS[0]:
            return "451 4.7.1 Please come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mood = envelope.__dict__.get("mood", "")
        if mood == MOODS[1]:
            return "452 4.3.1 No room at the moment"
        found = MESSAGE_ID.search(envelope.original_content or b"")
        mails = [(found[1].decode() if found else "", address) for address in envelope.rcpt_tos]
        if mood == MOODS[3]:
            self.taken_unsaid.update(mails)
        if mood in MOODS[2:]:
            assert server.transport is not None
            server.transport.close()
            await asyncio.sleep(0)
            return "421 4.3.2 Gone"
        self.taken.update(mails)
        return "250 OK"

    def _mood(self) -> str:
        with self._lock:
            if self._chance.random() >= self.moodiness:
                return ""
            mood = self._chance.choice(MOODS)
            self.moods[mood] += 1
            return mood

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        if self._mute is not None:
            self._mute.close()
