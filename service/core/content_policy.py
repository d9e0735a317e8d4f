"""What a page may load, and who may have it in a frame (pure)."""


def content_security_policy(*, framed_by: str = "'none'") -> str:
    """Return the content policy of a page; `framed_by` is the origin on whose pages it may stand in a frame."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {framed_by}",
            "require-trusted-types-for 'script'",
            "trusted-types attune",
        )
    )
