"""Keys derived from the secret: signed links and cookies, blind look-ups, encryption at rest.

While the secret is being replaced there are several, the present one first: it alone writes, all of them read.
"""

import base64
import hashlib
import hmac
import re
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeTimedSerializer

from service.core.errors import N_, NotFound

_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")


class Keys:
    """Everything that needs the secret key, one derived key for each purpose (HKDF, RFC 5869).

    `former` are the secrets before the present one, whose links, look-ups and encrypted values still count.
    """

    def __init__(self, secret: str, *former: str) -> None:
        self._secrets = tuple(each.encode() for each in (secret, *former))
        self._derived: dict[str, list[bytes]] = {}

    def _derive(self, purpose: str) -> list[bytes]:
        """Return the key of a purpose for each secret, the present one first; made once, for there are few purposes."""
        if purpose not in self._derived:
            self._derived[purpose] = [
                HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)
                for secret in self._secrets
            ]
        return self._derived[purpose]

    def sign(self, purpose: str, value: str) -> str:
        """Return a URL-safe signed token that is only good for this purpose."""
        return self._serializer(purpose).dumps(value)

    def unsign(self, purpose: str, token: str, *, max_age: int | None = None) -> str:
        """Return the signed value; `max_age` is in seconds. Raises NotFound for anything forged or expired."""
        if not _TOKEN.fullmatch(token):  # base64 would skip what is not of its alphabet
            raise NotFound(N_("This link is not valid, or no longer valid."))
        try:
            value = self._serializer(purpose).loads(token, max_age=max_age)
        except BadData:
            raise NotFound(N_("This link is not valid, or no longer valid.")) from None
        if not isinstance(value, str):
            raise NotFound(N_("This link is not valid, or no longer valid."))
        return value

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._derive("sign")[::-1], salt=purpose)  # the last one signs

    def lookup(self, purpose: str, value: str) -> str:
        """Return an HMAC (hex) by which a value that is stored encrypted, or not at all, can be found again."""
        return self.lookups(purpose, value)[0]

    def lookups(self, purpose: str, value: str) -> list[str]:
        """Return the HMACs that a value may have been stored under: the present one, then those of former secrets."""
        derived = self._derive(f"lookup:{purpose}")
        return [hmac.new(key, value.encode(), hashlib.sha256).hexdigest() for key in derived]

    def encrypt(self, value: str) -> str:
        """Encrypt for storage (Fernet: AES-128-CBC with HMAC-SHA256)."""
        return self._fernets()[0].encrypt(value.encode()).decode()

    def decrypt(self, value: str) -> str:
        """Decrypt what `encrypt` returned; raises ValueError when it was made with another secret."""
        try:
            return MultiFernet(self._fernets()).decrypt(value.encode()).decode()
        except InvalidToken:
            raise ValueError("encrypted with another secret key") from None

    def is_present(self, value: str) -> bool:
        """True of what was encrypted with the present secret, False of what needs a former one, or one unknown."""
        try:
            self._fernets()[0].decrypt(value.encode())
        except InvalidToken:
            return False
        return True

    def _fernets(self) -> list[Fernet]:
        return [Fernet(base64.urlsafe_b64encode(key)) for key in self._derive("encrypt")]


def new_token() -> str:
    """Return a secret of 256 bits for links and sessions, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored in place of a token: a random one of 256 bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def fold_email(address: str) -> str:
    """Return the form by which addresses are compared."""
    return address.strip().casefold()
