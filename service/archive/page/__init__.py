"""Reads the plain text of a WordPress page: the article and its comments, and which rule decided what."""

from service.archive.page.decode import decode_page
from service.archive.page.model import NotAPage, Page, PageComment
from service.archive.page.parse import parse_page

__all__ = ["NotAPage", "Page", "PageComment", "decode_page", "parse_page"]
