"""Keys derived from the one secret: signed links and cookies, blind look-ups, encryption at rest."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeTimedSerializer

from service.core.errors import N_, NotFound


class Keys:
    """Everything that needs the secret key, one derived key for each purpose (HKDF, RFC 5869)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def _derive(self, purpose: str) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._secret)

    def sign(self, purpose: str, value: str) -> str:
        """Return a URL-safe signed token that is only good for this purpose."""
        return self._serializer(purpose).dumps(value)

    def unsign(self, purpose: str, token: str, *, max_age: int | None = None) -> str:
        """Return the signed value; `max_age` is in seconds. Raises NotFound for anything forged or expired."""
        try:
            value = self._serializer(purpose).loads(token, max_age=max_age)
        except BadData:
            raise NotFound(N_("This link is not valid, or no longer valid.")) from None
        if not isinstance(value, str):
            raise NotFound(N_("This link is not valid, or no longer valid."))
        return value

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._derive("sign"), salt=purpose)

    def lookup(self, purpose: str, value: str) -> str:
        """Return an HMAC (hex) by which a value that is stored encrypted, or not at all, can be found again."""
        return hmac.new(self._derive(f"lookup:{purpose}"), value.encode(), hashlib.sha256).hexdigest()

    def encrypt(self, value: str) -> str:
        """Encrypt for storage (Fernet: AES-128-CBC with HMAC-SHA256)."""
        return self._fernet().encrypt(value.encode()).decode()

    def decrypt(self, value: str) -> str:
        """Decrypt what `encrypt` returned; raises ValueError when it was made with another secret."""
        try:
            return self._fernet().decrypt(value.encode()).decode()
        except InvalidToken:
            raise ValueError("encrypted with another secret key") from None

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derive("encrypt")))


def new_token() -> str:
    """Return a secret of 256 bits for links and sessions, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored in place of a token: a random one of 256 bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def fold_email(address: str) -> str:
    """Return the form by which addresses are compared."""
    return address.strip().casefold()
