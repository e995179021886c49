"""What the portal is measured against: Flask with one small template and no extension, without and with one query.

`gunicorn tests.bench.bare:app`, with the database of the portal beside it. The query is the cheapest that SQLAlchemy
has: a few columns by primary key, in autocommit, no entity and no transaction.
"""

import os

from flask import Flask, render_template_string
from sqlalchemy import create_engine, select

from portal.models import User

PAGE = "<!doctype html><html lang=en><title>{{ title }}</title><body><h1>{{ title }}</h1><p>Hello {{ name }}</p></body>"

app = Flask("bare")
engine = create_engine(os.environ.get("PORTAL_DATABASE_URL", "sqlite://"), isolation_level="AUTOCOMMIT")


@app.get("/")
def page() -> str:
    """A page without a query."""
    return render_template_string(PAGE, title="Bare", name="nobody")


@app.get("/user/<int:user_id>")
def user(user_id: int) -> str:
    """A page with one query."""
    with engine.connect() as connection:
        row = connection.execute(select(User.name, User.email).where(User.id == user_id)).one()
    return render_template_string(PAGE, title=row.email, name=row.name)
