"""How often somebody may try to sign in, or ask for a new password (pure)."""

from service.core.rates import Limit

SIGN_IN = Limit("sign-in", 10, 15 * 60)
SIGN_IN_PLACE = Limit("sign-in place", 60, 15 * 60)
FORGOTTEN = Limit("forgotten", 3, 60 * 60)
FORGOTTEN_PLACE = Limit("forgotten place", 20, 60 * 60)
