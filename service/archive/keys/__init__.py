"""Replace the secret key: what is encrypted, with which key, and encrypt it anew."""
