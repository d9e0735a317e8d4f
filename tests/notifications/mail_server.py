"""A real SMTP server of the tests' own."""

import socket
from email import message_from_bytes
from email.message import Message
from email.policy import default as mail_policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """A real SMTP server on a port of its own that can be told how to answer."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], bytes]] = []
        self.answer = "250 OK"
        self.running = True
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()
        self.url = f"smtp://127.0.0.1:{port}"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or refuse it."""
        if self.answer.startswith("250"):
            self.received.append((envelope.rcpt_tos, bytes(envelope.content or b"")))
        return self.answer

    def stop(self) -> None:
        """End it; what comes then is refused."""
        self.running = False
        self._controller.stop()

    def mails(self) -> list[Message]:
        """Return what was received."""
        return [message_from_bytes(content, policy=mail_policy) for _to, content in self.received]
