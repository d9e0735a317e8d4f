"""The code base's own rules, kept by tests."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from service.config import Settings
from service.core.errors import DomainError
from service.web import ONE_CLICK
from tests.cast import Cast

ROOT = Path(__file__).parent.parent
SOURCES = [
    path
    for folder in ("service", "workers")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ENTRY_POINTS = {"views.py", "commands.py", "cli.py", "delivery.py", "watch.py", "running.py"}
# Unsafe routes that a stranger may use; every other one is behind sign-in.
PUBLIC_POSTS = {
    "embed.first_comment",
    "reader.post_comment",
    "reader.preview",
    "reader.edit",
    "reader.withdraw",
    "wishes.tell",
    "reports.send",
    "entry.choose",
    "entry.forgotten",
    "reader.change_audience",
    "answers.confirm_address",
    "answers.stop",
    "answers.change_answers",
    "answers.confirm_again",
    "answers.remove_address",
    "answers.send_link",
    "hearts.give",
    "hearts.take_back",
    "accounts.sign_in",
    "founding.found",
    "care.acknowledge_alert",
    "data.ask",
    "data.download",
    "data.erase_all",
    "data.from_comment",
    "data.open_link",
}


def test_only_entry_points_commit() -> None:
    committing = {
        path.relative_to(ROOT)
        for path in SOURCES
        if re.search(r"\bsession\.commit\(|\.begin\(\)", path.read_text()) and not _is_entry_point(path)
    }
    assert committing == set()


def test_only_the_settings_read_the_environment() -> None:
    reading = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if re.search(r"os\.(environ|getenv)", path.read_text()) and path != ROOT / "service/config.py"
    }
    # These hand the whole environment on to a child, or ask where the shell is; they read no setting.
    assert reading <= {
        "workers/sweep.py",
        *(str(p.relative_to(ROOT)) for p in (ROOT / "service/embedded").glob("*.py")),
    }


def test_templates_never_say_safe() -> None:
    assert [path.name for path in TEMPLATES if re.search(r"\|\s*safe\b|autoescape false", path.read_text())] == []


def test_what_readers_meet_names_the_parts_that_it_is_drawn_with() -> None:
    parts = re.findall(r"{% macro (\w+)\(", (ROOT / "templates" / "parts.html").read_text())
    missing = [
        (template.name, part)
        for template in (ROOT / "templates" / "reader").glob("*.html")
        for part in parts
        if re.search(rf"(?<!\w){part}\(", text := template.read_text())
        and not re.search(rf"{{% from [^%]* import [^%]*(?<!\w){part}(?!\w)", text)
    ]
    assert missing == []


def test_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=\"", re.IGNORECASE)
    assert [path.name for path in TEMPLATES if inline.search(path.read_text())] == []


def test_forms_of_staff_carry_a_token() -> None:
    forms = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)
    bare = [
        path.name
        for path in TEMPLATES
        for form in forms.findall(path.read_text())
        if "csrf" not in form and ("moderation." in form or "sign_out" in form)
    ]
    assert bare == []


def test_files_begin_with_a_sentence() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if ast.get_docstring(ast.parse(path.read_text())) is None]
    assert silent == []


def test_public_functions_say_what_they_do() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in SOURCES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []


def test_every_dispatched_name_is_a_task() -> None:
    from workers.main import celery

    names = set()
    for path in SOURCES:
        names |= set(re.findall(r"^[A-Z_]+_TASK = \"([a-z_.]+)\"", path.read_text(), re.MULTILINE))
    assert names
    assert names <= set(celery.tasks)


@pytest.mark.db
def test_there_is_one_migration_head_and_no_drift(app: Flask) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from service.core.db import db

    script = ScriptDirectory(str(ROOT / "service" / "migrations"))
    assert len(script.get_heads()) == 1
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    missing = [name for name in Settings.model_fields if f"`ATTUNE_{name.upper()}`" not in page]
    assert missing == []
    assert all(field.description for field in Settings.model_fields.values())


def test_every_domain_error_has_a_status() -> None:
    from service.errors import STATUS

    assert set(DomainError.__subclasses__()) == set(STATUS)


def test_every_unsafe_route_refuses_a_foreign_origin(app: Flask, cast: Cast) -> None:
    browser = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ONE_CLICK:
            continue
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            path = re.sub(r"<[^>]+>", "1", rule.rule)
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}):
                assert browser.open(path, method=method, headers=headers).status_code == 403, (rule.endpoint, headers)


def test_unsafe_routes_refuse_strangers_unless_listed(app: Flask, cast: Cast) -> None:
    browser = cast.browser()
    unsafe = {rule.endpoint: rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    assert set(unsafe) >= PUBLIC_POSTS
    for endpoint in set(unsafe) - PUBLIC_POSTS:
        answer = browser.post(re.sub(r"<[^>]+>", "1", unsafe[endpoint].rule))
        assert answer.status_code in (302, 401, 403), endpoint


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_can_be_held_in_mind(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 420


def _is_entry_point(path: Path) -> bool:
    return (
        path.name in ENTRY_POINTS
        or path.name.endswith(("_views.py", "_commands.py"))
        or path.parts[len(ROOT.parts)] == "workers"
        or "embedded" in path.parts
    )
