"""Fill a fresh installation for the bench: threads from JSON lines on standard input, each comment already screened.

A line is {"slug": ..., "comments": [{"id", "parent", "author", "created", "text"}, ...]}, parents before answers.
"""

import json
import sys
from datetime import UTC, datetime

from flask_migrate import upgrade
from sqlalchemy import update

from service.accounts.actions import add_user, known_commenter
from service.accounts.models import Role
from service.app import create_app
from service.articles.actions import add_article
from service.articles.models import Mode
from service.comments.actions import adopt
from service.comments.models import Comment, Revision, Screening, Voice
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.dispatch import use_dispatcher
from service.site.queries import current_site

MODERATOR = ("bench@attune.example", "a long bench password")


def main() -> None:
    """Migrate, add one moderator, and load every thread."""
    app = create_app()
    use_dispatcher(None)
    with app.app_context():
        upgrade()
        begin_write()
        add_user(current_site().id, MODERATOR[0], "Bench", Role.MODERATOR, MODERATOR[1], current_keys())
        db.session.commit()
        for line in sys.stdin:
            _load(json.loads(line))


def _load(thread: dict[str, object]) -> None:
    begin_write()
    site_id = current_site().id
    article = add_article(
        site_id, f"Thread {thread['slug']}", "A page.", slug=str(thread["slug"]), mode=Mode(str(thread["mode"]))
    )
    commenter, _cookie = known_commenter(site_id, None)
    placed: dict[int, Comment] = {}
    for said in thread["comments"]:  # type: ignore[attr-defined]
        placed[said["id"]] = adopt(
            article,
            name=said["author"],
            source=said["text"],
            voice=Voice.READER,
            commenter=commenter,
            parent=placed.get(said["parent"]),
            created_at=datetime.fromtimestamp(said["created"], UTC),
            import_key=f"bench:{said['id']}",
        )
    db.session.execute(update(Revision).values(screening=Screening.DONE))
    db.session.commit()


if __name__ == "__main__":
    main()
