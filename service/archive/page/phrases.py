"""The fixed phrases of WordPress themes around an article and its comments, in several languages."""

import re
from collections.abc import Iterable

# How far from the end of a line a reply link is looked for.
_REACH = 80


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_REPLY = _any(
    (
        "reply", "reply to this comment", "log in to reply", "login to reply", "respond", "quote",
        "responder", "contestar", "accede para responder", "acceder para responder", "inicia sesión para responder",
        "répondre", "antworten", "rispondi", "responda", "beantwoorden", "reageren", "respon",
        "回复", "回覆", "返信", "답글", "رد", "ответить",
    )
)  # fmt: skip
_TAIL = re.compile(
    rf"(?:\s*[-–—|·•,]\s*|\s+)(?:\((?:edit|editar)\)|edit|editar|permalink|#|(?P<reply>{_REPLY}))\s?[↓→»]?$",
    re.IGNORECASE,
)
_REPLY_ALONE = re.compile(rf"(?:[-–—|·•]\s*)?(?:{_REPLY})\s?[↓→»]?$", re.IGNORECASE)

_FORM = re.compile(
    r"(?:(?:leave|post|write|add|submit|make) (?:a |your |an? )?(?:comment|reply|response|thought)"
    r"|(?:deja|dejar|escribe|escribir|añade|añadir|publica|publicar) (?:un |una |tu )?(?:comentario|respuesta)"
    r"|cancel reply|cancelar la respuesta|cancelar respuesta"
    r"|join the (?:conversation|discussion)|your email address will not be published.*"
    r"|tu dirección de correo electrónico no será publicada.*"
    r"|(?:laisser|laissez) un commentaire|(?:hinterlasse|schreibe?) (?:einen? )(?:kommentar|antwort)"
    r"|(?:deixe|deixar) (?:um |uma )(?:comentário|resposta)|lascia un commento"
    r"|(?:geef een reactie|plaats een reactie|deixa un comentari"
    r"|发表评论|發表迴響|发表回复|コメントを残す|اترك تعليقاً?))"
    r"(?: cancel reply| cancelar la respuesta| cancelar respuesta)?[ .:!»→]*$",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"(?:comments|commenting|discussion|(?:los )?comentarios|(?:les )?commentaires|kommentare|(?:i )?commenti"
    r"|(?:os )?comentários)"
    r"(?: (?:on|for|to|here|section|now))*"
    r" (?:are|is|have been|están|estan|sont|sind|sono|estão)(?: now| currently)? (?:closed|disabled|off|turned off"
    r"|cerrados|desactivados|fermés|geschlossen|chiusi|fechados|encerrados|desativados)\b.*$"
    r"|comments (?:closed|off)\.?$|comentarios cerrados\.?$|die kommentarfunktion ist .*geschlossen.*$",
    re.IGNORECASE,
)
_PINGS = re.compile(
    r"(?:pingbacks?|trackbacks?)(?:(?: ?(?:and|&|y|/) ?)(?:pingbacks?|trackbacks?))?\s?(?:\(\d+\))?:?$", re.I
)
_OTHER_PAGES = re.compile(
    r"(?:[«←‹]\s*)?(?:older|newer|previous|next|more) comments(?:\s*[»→›])?$"
    r"|(?:[«←‹]\s*)?comentarios (?:más antiguos|antiguos|más recientes|anteriores|siguientes)(?:\s*[»→›])?$",
    re.IGNORECASE,
)
_PING = re.compile(r"(?:pingback|trackback|retroenlace|retroping)\s?:", re.IGNORECASE)
_HEADER = re.compile(
    r"(?:(?P<count>\d{1,6})|an?|one|no|un|una|uno|sin|ningún)\s"
    r"(?:comments?|responses?|repl(?:y|ies)|thoughts?|comentarios?|respuestas?|pensamientos?|commentaires?|kommentare?"
    r"|antworten|réponses?|comentários?|commenti|reacties)(?: yet)?(?: (?:on|to|so far|en|a|sobre|zu|sur|su)\b.*)?"
    r"[:.!]?$"
    r"|(?:comments|comentarios|responses|discussion|conversation|commentaires|kommentare|commenti)"
    r"\s?(?:\((?P<counted>\d{1,6})\))?:?$",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"(?:references?|sources?|bibliography|works cited|citations|further reading|notes|referencias|bibliografía|fuentes"
    r"|références|bibliographie|quellen|literatur|referências|fonti)\s?:?$",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:written by|posted by|by|por|escrito por|publicado por|par|von|di|door|author:|autora?:)(?=\s|\||$)\s*", re.I
)


def without_reply_link(text: str) -> tuple[str, bool]:
    """`text` without the links that a theme puts behind a date, and whether one of them answers a comment."""
    reply = False
    for _ in range(3):
        start = max(0, len(text) - _REACH)
        match = _TAIL.search(text[start:])
        if match is None:
            break
        reply = reply or match["reply"] is not None
        text = text[: start + match.start()].rstrip()
    return text, reply


def is_reply_link(text: str) -> bool:
    """Whether a line is nothing but the link to answer."""
    return len(text) < _REACH and _REPLY_ALONE.match(text) is not None


def is_form(text: str) -> bool:
    """Whether a line is the head of the form below the comments."""
    return len(text) < 200 and _FORM.match(text) is not None


def is_closed(text: str) -> bool:
    """Whether a line says that comments are closed."""
    return len(text) < 200 and _CLOSED.match(text) is not None


def is_pings_header(text: str) -> bool:
    """Whether a line stands above a list of pingbacks."""
    return len(text) < 60 and _PINGS.match(text) is not None


def leads_to_other_pages(text: str) -> bool:
    """Whether a line leads to older or newer comments."""
    return len(text) < 60 and _OTHER_PAGES.match(text) is not None


def ends_comments(text: str) -> bool:
    """Whether the comment list is over at this line."""
    return is_form(text) or is_closed(text) or is_pings_header(text) or leads_to_other_pages(text)


def is_ping(text: str) -> bool:
    """Whether a line (without marker) is the head of a pingback or trackback."""
    return _PING.match(text) is not None


def comments_header(text: str) -> re.Match[str] | None:
    """The line above the comments, such as "4 Comments"; groups `count` and `counted` hold the number."""
    return _HEADER.match(text) if len(text) < 300 else None


def is_references_header(text: str) -> bool:
    """Whether a line is the heading of the references."""
    return len(text) < 40 and _REFERENCES.match(text) is not None


def after_by(text: str) -> str | None:
    """What follows "By" in a byline; None when the line does not begin so."""
    match = _BY.match(text)
    return text[match.end() :].strip() if match else None
