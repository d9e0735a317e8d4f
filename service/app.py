"""create_app(): the one place where the parts meet (FLASK_APP=service.app)."""

import logging
import sys
from functools import partial
from pathlib import Path

import structlog
from flask import Flask, g
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from service.accounts import views as accounts_views
from service.accounts.founding_views import founding
from service.accounts.link_views import entry
from service.archive.retention import models as retention_models  # noqa: F401  (its table belongs to the database)
from service.care import views as care_views
from service.care.help_lines.shelf import OWN_LINES
from service.care.help_lines.shelf import choose as choose_help_lines
from service.celery_app import make_celery, make_dispatcher
from service.cli import prepare_commands
from service.config import Settings, load_settings
from service.core.db import db, engine_options, prepare_engine
from service.core.dispatch import use_dispatcher
from service.core.language import prepare_templates
from service.errors import prepare_errors
from service.files import files, static_url
from service.metrics import metrics
from service.moderation import act_views  # noqa: F401  (adds its routes to those of views)
from service.moderation import views as moderation_views
from service.moderation.account_views import account
from service.moderation.alert_views import alerts
from service.moderation.article_views import articles
from service.moderation.bulk_views import bulks
from service.moderation.calibration_views import calibration
from service.moderation.care_views import cases
from service.moderation.figure_views import figures
from service.moderation.leaving_views import leaving
from service.moderation.limit_views import limits
from service.moderation.mail_views import mail
from service.moderation.monthly_views import monthly
from service.moderation.people_views import people
from service.moderation.person_views import persons
from service.moderation.phrase_api_views import phrase_api
from service.moderation.phrase_run_views import phrase_runs
from service.moderation.phrase_views import phrases
from service.moderation.queue_views import turns
from service.moderation.reply_views import replies
from service.moderation.rule_views import rules
from service.moderation.set_up_views import set_up
from service.moderation.site_views import site_pages
from service.moderation.standing_views import standings
from service.moderation.team_views import team
from service.moderation.template_views import templates
from service.reader import help as reader_help
from service.reader import report_views
from service.reader import views as reader_views
from service.reader.about_views import about
from service.reader.anonymous import Anonymous
from service.reader.answer_views import answers
from service.reader.cache import PageCache
from service.reader.data_views import data
from service.reader.embed_views import embed
from service.reader.feed_views import feeds
from service.reader.heart_views import hearts
from service.reader.stamps import stamps
from service.reader.wish_views import wishes
from service.triage.model import OWN_MODEL
from service.triage.model import choose as choose_model
from service.web import page_language, prepare_web, security_headers

ROOT = Path(__file__).parent.parent
BODY_LIMIT = 128 * 1024


def create_app(settings: Settings | None = None, *, sqlite_pool: bool = True) -> Flask:
    """Return the application for these settings, by default those of the environment.

    A process that forks while its threads run asks for no pool on SQLite (workers/forks.py says why).
    """
    settings = settings or load_settings()
    prepare_logging(settings.log_level)
    app = Flask("service", static_folder=None, template_folder=str(ROOT / "templates"))
    if app.debug and settings.production:
        raise SystemExit("Attune cannot start: unset FLASK_DEBUG, for readers reach this site from outside.")
    app.extensions["attune"] = settings
    app.extensions["pages"] = PageCache()
    app.config.update(_flask_config(settings, sqlite_pool))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    choose_model(settings.data_dir.resolve() / OWN_MODEL)
    choose_help_lines(settings.data_dir.resolve() / OWN_LINES)
    db.init_app(app)
    with app.app_context():
        prepare_engine()
    app.extensions["migrate"] = LocalProxy(partial(_migrations, app))
    Babel(
        app,
        default_locale=settings.language,
        locale_selector=page_language,
        timezone_selector=lambda: g.get("time_zone"),
    )
    prepare_templates(app.jinja_env)
    _prepare_sign_in(app)
    prepare_web(app)
    prepare_errors(app)
    app.register_blueprint(reader_views.reader)
    app.register_blueprint(wishes)
    app.register_blueprint(answers)
    app.register_blueprint(about)
    app.register_blueprint(data)
    app.register_blueprint(embed)
    app.register_blueprint(feeds)
    app.register_blueprint(hearts)
    app.register_blueprint(reader_help.help_pages)
    app.register_blueprint(report_views.reports)
    app.register_blueprint(stamps)
    app.register_blueprint(accounts_views.accounts)
    app.register_blueprint(entry)
    app.register_blueprint(founding)
    app.register_blueprint(moderation_views.moderation)
    app.register_blueprint(cases)
    app.register_blueprint(articles)
    app.register_blueprint(account)
    app.register_blueprint(alerts)
    app.register_blueprint(mail)
    app.register_blueprint(team)
    app.register_blueprint(people)
    app.register_blueprint(persons)
    app.register_blueprint(figures)
    app.register_blueprint(leaving)
    app.register_blueprint(turns)
    app.register_blueprint(bulks)
    app.register_blueprint(standings)
    app.register_blueprint(rules)
    app.register_blueprint(phrases)
    app.register_blueprint(phrase_runs)
    app.register_blueprint(phrase_api)
    app.register_blueprint(monthly)
    app.register_blueprint(calibration)
    app.register_blueprint(limits)
    app.register_blueprint(site_pages)
    app.register_blueprint(set_up)
    app.register_blueprint(replies)
    app.register_blueprint(templates)
    app.register_blueprint(care_views.care)
    app.register_blueprint(metrics)
    app.register_blueprint(files)
    app.add_template_global(static_url)
    prepare_commands(app)
    use_dispatcher(make_dispatcher(make_celery(app, settings)))
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    with app.app_context():
        headers = security_headers(settings)
        session_cookie = settings.cookie_name("attune")
        app.wsgi_app = Anonymous(  # type: ignore[method-assign]
            app.wsgi_app, db.engine, app.extensions["pages"], session_cookie, headers
        )
    return app


def prepare_logging(level: str) -> None:
    """Write structured lines to standard error; what is logged carries ids, never words, addresses or names."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=number, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _flask_config(settings: Settings, sqlite_pool: bool) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret,
        "SECRET_KEY_FALLBACKS": list(settings.secrets[1:]),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database, sqlite_pool=sqlite_pool),
        "PROVIDE_AUTOMATIC_OPTIONS": False,  # nobody elsewhere may ask; flask_login would let whoever does past itself
        "MAX_CONTENT_LENGTH": BODY_LIMIT,
        "MAX_FORM_MEMORY_SIZE": BODY_LIMIT,
        "SESSION_COOKIE_NAME": settings.cookie_name("attune"),
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,  # what a script asks meanwhile would bring back a toast that is over
        "WTF_CSRF_SSL_STRICT": False,  # every unsafe request has passed the same-origin check
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "service" / "translations"),
        "PREFERRED_URL_SCHEME": "https" if settings.secure else "http",
    }


def _migrations(app: Flask) -> object:
    """Return what `flask db` works with, made when it is first asked for: only chores need Alembic, and it is large."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(ROOT / "service" / "migrations"), render_as_batch=True)
    return app.extensions["migrate"]


def _prepare_sign_in(app: Flask) -> None:
    login = LoginManager(app, add_context_processor=False)  # an error page must not ask the database who reads it
    login.login_view = "accounts.sign_in"
    login.login_message = None
    login.user_loader(accounts_views.signed_in)
    csrf = CSRFProtect(app)
    csrf.exempt(reader_views.reader)
    csrf.exempt(embed)
    csrf.exempt(founding)
    csrf.exempt(wishes)
    csrf.exempt(report_views.reports)
    csrf.exempt(answers)
    csrf.exempt(data)  # the signed ticket is the authority
    csrf.exempt(hearts)
    csrf.exempt(care_views.care)  # the signed link is the authority
    csrf.exempt(accounts_views.sign_in)
    csrf.exempt(entry)  # the signed link is the authority, and asking for one has none
