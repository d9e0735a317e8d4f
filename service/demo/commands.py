"""The chore that fills an empty site with the demo."""

import click
from flask.cli import with_appcontext

from service.config import current_keys, current_settings
from service.core.db import begin_write, db
from service.demo.actions import end_sign_ins, fill
from service.demo.content import PASSWORD, SIGN_INS
from service.demo.states import show_states
from service.site.queries import current_site


@click.command("demo")
@click.option("--sign-ins", is_flag=True, help="Print the demo's sign-ins and change nothing.")
@click.option("--end", is_flag=True, help="End the demo's sign-ins for good; what they wrote stays.")
@with_appcontext
def demo(sign_ins: bool, end: bool) -> None:
    """Fill an empty site with demo content; a site that has an article or a user is left alone."""
    if sign_ins:
        for email, name, role in SIGN_INS:
            click.echo(f"{role.value:<10} {email:<24} {PASSWORD}   ({name})")
        return
    if end:
        begin_write()
        number = end_sign_ins(current_site())
        db.session.commit()
        click.echo(f"{number} sign-ins of the demo are ended.")
        return
    if current_settings().production:
        raise click.ClickException(
            "The demo is for trying things out, and ATTUNE_PUBLIC_URL says that readers reach this site from outside."
        )
    begin_write()
    if fill(current_site(), current_keys()):
        show_states(current_site())
    db.session.commit()
