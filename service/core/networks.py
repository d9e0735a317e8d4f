"""Where a request comes from, as a key that nobody can turn back into an address once its day is over."""

import hashlib
import hmac
from datetime import date, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Date, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, db, insert
from service.core.signing import new_token

IPV6_HOME = 64  # bits: what one household or one server is given
KEPT = timedelta(days=1)


class DayKey(Base):
    """The random key of one day (UTC); thrown away soon after it, and with it whatever it could be compared with."""

    __tablename__ = "day_keys"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))


def network_key(address: str | None) -> str:
    """Return an HMAC (hex) of the network that an address belongs to, by the key of today.

    An IPv4 address stands for itself, an IPv6 one for its first 64 bits. Needs a unit of work that writes.
    """
    return _keyed(_key_of_today(), address)


def known_network_key(address: str | None) -> str | None:
    """Return the same without writing; None while nobody has needed a key today."""
    key = db.session.scalar(select(DayKey.key).where(DayKey.day == clock.now().date()))
    return None if key is None else _keyed(key, address)


def forget_old_keys() -> None:
    """Throw away the keys of days that are over. The caller commits."""
    db.session.execute(delete(DayKey).where(DayKey.day < clock.now().date() - KEPT))


def _keyed(key: str, address: str | None) -> str:
    return hmac.new(key.encode(), _network(address or "").encode(), hashlib.sha256).hexdigest()


def _key_of_today() -> str:
    today = clock.now().date()
    mine = select(DayKey.key).where(DayKey.day == today)
    found = db.session.scalar(mine)
    if found is not None:
        return found
    db.session.execute(insert(DayKey).values(day=today, key=new_token()).on_conflict_do_nothing())
    return db.session.scalars(mine).one()


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> IPV6_HOME << IPV6_HOME))
