"""The loop that shows what the children say, starts again the one that died, and stops them in order."""

import contextlib
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import FrameType

from service.embedded.children import Child

IDLE_S = 3600.0


class Stopped(Exception):
    """The site is to stop: asked for if it carries no sentence."""


class Supervisor:
    """Everything happens in one thread that sleeps until a line, a signal or a pause that is over wakes it."""

    def __init__(self, on_start: Callable[[Child], None]) -> None:
        self.children: list[Child] = []
        self._on_start = on_start
        self._selector = selectors.DefaultSelector()
        self._stops_asked = 0
        self._stopping = False
        self._listen_to_signals()

    def start(self, child: Child) -> None:
        """Start a child and keep it running from now on."""
        self.children.append(child)
        self._start(child)

    def run(self) -> None:
        """Keep the children running; raises Stopped when the site is to stop."""
        while True:
            self.turn(IDLE_S)

    def turn(self, longest_s: float) -> None:
        """Wait for something to happen and see to it; raises Stopped when the site is to stop."""
        self._see_to_children(longest_s)
        if self._stops_asked and not self._stopping:
            raise Stopped

    def stop_all(self) -> None:
        """Stop the web server, then the worker, then the broker; a second signal ends all at once."""
        self._stopping = True
        for child in sorted(self.children, key=lambda child: child.name == "broker"):
            self._stop(child)

    def say(self, sentence: str) -> None:
        """Write a line of the supervisor's own."""
        self._pass_on("attune", [sentence.encode()])

    def show(self, text: str) -> None:
        """Write to the terminal. Nobody may be there any more: then the site stops, as a closed terminal stops it."""
        try:
            print(text, flush=True)
        except OSError:
            self._stops_asked = max(self._stops_asked, 1)
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - stays open until the process ends

    def _start(self, child: Child) -> None:
        child.start()
        self._selector.register(child.output, selectors.EVENT_READ, child)
        self._on_start(child)

    def _stop(self, child: Child) -> None:
        child.wanted = False
        if child.process is not None:
            child.process.terminate()
        last_moment = time.monotonic() + child.patience_s
        while child.process is not None:
            if self._stops_asked > 1 or time.monotonic() > last_moment:
                child.kill()
            self.turn(0.1)

    def _see_to_children(self, longest_s: float) -> None:
        for key, _events in self._selector.select(self._next_start_s(longest_s)):
            if isinstance(key.data, Child):
                self._pass_on(key.data.name, key.data.lines())
            else:
                self._wakeup.recv(4096)
        for child in self.children:
            if child.process is None:
                if child.wanted and not self._stops_asked and time.monotonic() >= child.start_at:
                    self._start(child)
            elif child.process.poll() is not None:
                self._bury(child)

    def _next_start_s(self, longest_s: float) -> float:
        waiting = [
            child.start_at - time.monotonic() for child in self.children if child.wanted and child.process is None
        ]
        return max(0.0, min([longest_s, *waiting]))

    def _bury(self, child: Child) -> None:
        self._selector.unregister(child.output)
        code, words = child.bury()
        self._pass_on(child.name, words)
        if child.wanted and not self._stops_asked:
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            self.say(f"{child.name} {how}; it starts again in {child.pause_s:g} s")

    def _pass_on(self, name: str, lines: list[bytes]) -> None:
        shown = [f"{name:<6} | {line.decode(errors='replace')}" for line in lines if line.strip()]
        if shown:
            self.show("\n".join(shown))

    def _listen_to_signals(self) -> None:
        self._wakeup, wake = socket.socketpair()
        wake.setblocking(False)
        self._wake = wake
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
                signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def _ask_to_stop(self, number: int, _frame: FrameType | None) -> None:
        self._stops_asked += 1
        if self._stops_asked == 1 and number == signal.SIGINT:
            with contextlib.suppress(OSError):
                os.write(1, b"\nAttune stops; Ctrl-C once more ends it at once.\n")
