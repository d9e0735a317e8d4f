"""How often somebody may try to sign in, or ask for a new password (pure)."""

from service.core.rates import Limit

SIGN_IN = Limit("sign-in", 10, 15 * 60)
# From all places together; past it only a right code of the second step, or a browser that is known, gets a try.
SIGN_IN_PERSON = Limit("sign-in person", 50, 15 * 60)
SIGN_IN_PLACE = Limit("sign-in place", 60, 15 * 60)
FORGOTTEN = Limit("forgotten", 3, 60 * 60)
FORGOTTEN_PLACE = Limit("forgotten place", 20, 60 * 60)
