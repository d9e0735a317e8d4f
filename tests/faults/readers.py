"""Readers who post over HTTP, each from a thread, and who send again what was not taken."""

import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.cast import CALM, CRISIS, LOW
from tests.faults.sites import SLUG

NAMES = ("Rosa", "Bao", "Emeka", "Ida", "Yusuf", "Lena", "Tomas", "Priya", "Joao", "Mette", "Kofi", "Sanna")
DISTRESSED = 0.2
ANSWERS = 0.25
TIMEOUT_S = 10.0
PAUSE_S = 0.3
CUT = 0


@dataclass(frozen=True)
class Attempt:
    """One request: when it was sent, how long it took, its status (0: no answer), and whether the words came back."""

    at: float
    seconds: float
    status: int
    gave_back: bool = False


@dataclass
class Post:
    """One comment that a reader wants to post, known again by its token."""

    token: str
    words: str
    distressed: bool
    poisoned: bool = False
    answers_root: bool = False
    accepted_at: float | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def body(self) -> str:
        """The text that is sent."""
        return f"{self.words} {self.token}"


class Readers:
    """Several readers who post `posts` comments in about `seconds`, evenly; every fifth is in distress."""

    def __init__(
        self,
        port: Callable[[], int],
        chance: random.Random,
        *,
        posts: int,
        seconds: float,
        clients: int = 6,
        poison: tuple[str, ...] = (),
        patience_s: float = 60.0,
    ) -> None:
        self._port = port
        self._seconds = seconds
        self._patience_s = patience_s
        texts = _texts(chance, posts, poison)
        self._readers = [
            Reader(port, NAMES[number % len(NAMES)] + f" {number + 1}", texts[number::clients], number / clients)
            for number in range(clients)
        ]
        self._threads: list[threading.Thread] = []

    @property
    def posts(self) -> list[Post]:
        """All posts, those of one reader together."""
        return [post for reader in self._readers for post in reader.posts]

    @property
    def posting(self) -> bool:
        """True until every reader has had everything taken, or has given up."""
        return any(thread.is_alive() for thread in self._threads)

    def begin(self) -> None:
        """Have each reader post a first comment, whose conversations the later answers belong to."""
        for reader in self._readers:
            reader.post(reader.posts[0], until=time.monotonic() + self._patience_s)

    def first_tokens(self) -> dict[str, str]:
        """Return each reader's name with the token of their first post."""
        return {reader.name: reader.posts[0].token for reader in self._readers}

    def go_on(self, roots: dict[str, int]) -> None:
        """Start posting the rest; `roots` are the ids of the first comments by reader."""
        for reader in self._readers:
            arguments = (self._seconds, self._patience_s, roots.get(reader.name))
            thread = threading.Thread(target=reader.post_all, args=arguments, name=reader.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def wait(self) -> None:
        """Wait until everybody is done."""
        for thread in self._threads:
            thread.join()


class Reader:
    """One browser with its cookie."""

    def __init__(self, port: Callable[[], int], name: str, posts: list[Post], offset: float) -> None:
        self.name = name
        self.posts = posts
        self._port = port
        self._offset = offset
        self._cookie = ""

    def post_all(self, seconds: float, patience_s: float, root: int | None) -> None:
        """Post everything but the first, spread over so many seconds; the last one has `patience_s` more."""
        rest, start = self.posts[1:], time.monotonic()
        for number, post in enumerate(rest):
            due = start + (number + self._offset) * seconds / max(1, len(rest))
            time.sleep(max(0.0, due - time.monotonic()))
            self.post(post, until=max(due, time.monotonic()) + patience_s, parent=root if post.answers_root else None)

    def post(self, post: Post, *, until: float, parent: int | None = None) -> None:
        """Send a comment until it is taken, with the same key each time."""
        while post.accepted_at is None and time.monotonic() < until:
            attempt = self._send(post, parent)
            post.attempts.append(attempt)
            if attempt.status == 303:
                post.accepted_at = time.monotonic()
            else:
                time.sleep(PAUSE_S)

    def _send(self, post: Post, parent: int | None) -> Attempt:
        port, at = self._port(), time.monotonic()
        fields = {"name": self.name, "body": post.body, "parent": str(parent or "")}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{port}",
            "Idempotency-Key": f"key-{post.token}",
            "Cookie": self._cookie,
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", f"/articles/{SLUG}/comments", urlencode(fields), headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return Attempt(at, time.monotonic() - at, CUT)
        finally:
            connection.close()
        cookie = answer.getheader("Set-Cookie", "").split(";")[0]
        self._cookie = cookie or self._cookie
        return Attempt(at, time.monotonic() - at, answer.status, gave_back=post.token in page)


def _texts(chance: random.Random, posts: int, poison: tuple[str, ...]) -> list[Post]:
    """Return posts of which exactly a fifth is in distress, and one for each word of poison."""
    order = [number < round(posts * DISTRESSED) for number in range(posts)]
    chance.shuffle(order)
    made = []
    for number, distressed in enumerate(order):
        words = chance.choice((LOW, CRISIS)) if distressed else CALM
        made.append(
            Post(f"q{chance.getrandbits(48):012x}x{number}", words, distressed, answers_root=chance.random() < ANSWERS)
        )
    calm = [post for post in made[len(made) // 8 :] if not post.distressed]
    for post, word in zip(chance.sample(calm, len(poison)), poison, strict=True):
        post.words, post.poisoned, post.answers_root = f"{CALM} {word}", True, False
    return made
