"""Purging by hand. What is kept how long is proved where the worker's purge is."""

import json
from datetime import timedelta

from sqlalchemy import select

from portal import clock
from portal.database import write
from portal.extensions import db
from portal.models import DemoMail, ResetLink
from tests.cli.conftest import Operator


def put_old_rows() -> None:
    long_ago = clock.now() - timedelta(days=2)
    with write() as session:
        session.add(DemoMail(recipient="a@example.org", subject="", text="", html="", sent_at=long_ago))
        for number, end in enumerate((long_ago, clock.now() - timedelta(hours=23))):
            session.add(
                ResetLink(
                    purpose="reset",
                    email_key="a@example.org",
                    token_hash=bytes([number]),
                    created_at=long_ago,
                    expires_at=end,
                )
            )


def test_it_says_how_many_rows_went(operator: Operator) -> None:
    put_old_rows()
    counts = json.loads(operator.does("purge", "--json"))
    assert (counts["demo mails"], counts["links"], counts["codes"]) == (1, 1, 0)
    assert len(db.session.scalars(select(ResetLink.id)).all()) == 1


def test_a_second_run_finds_nothing(operator: Operator) -> None:
    put_old_rows()
    assert "demo mails: 1\n" in operator.does("purge")
    assert all(line.endswith(": 0") for line in operator.does("purge").splitlines())
