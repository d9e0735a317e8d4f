"""Style sheets and scripts: read once, packed once, and kept by browsers for a year under the hash of their content."""

import mimetypes
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, url_for

from service.core.errors import N_, NotFound
from service.reader.cache import Page, finish
from service.reader.pages import shared

FOLDER = Path(__file__).parent / "static"
A_YEAR = 31_536_000

files = Blueprint("files", __name__)


@files.get("/static/<name>")
def file(name: str) -> Response:
    """Answer with a file of service/static. Raises NotFound."""
    if name not in _names():
        raise NotFound(N_("There is nothing at this address."))
    response = shared(_read(name), mimetypes.guess_type(name)[0] or "application/octet-stream")
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@files.get("/embed.js")
def embed_script() -> Response:
    """Answer with the script that pages of other sites load; it is the one file that they may use."""
    response = shared(_read("embed.js"), "text/javascript")
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def static_url(name: str) -> str:
    """Return the URL of a file in service/static with its hash in it: browsers keep each version for a year."""
    return url_for("files.file", name=name, v=_fingerprint(name))


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.is_file())


@cache
def _read(name: str) -> Page:
    return finish((FOLDER / name).read_text(encoding="utf-8"))


@cache
def _fingerprint(name: str) -> str:
    return sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
