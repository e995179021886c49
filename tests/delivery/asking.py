"""Rows to hand over."""

from datetime import datetime, timedelta

from portal.database import write
from portal.delivery import outbox
from portal.extensions import keys
from portal.models import Code, Registration

ADDRESS = "ada@example.org"
CODE = "246813"
LIFE = timedelta(minutes=10)


def ask_code(now: datetime, *, address: str = ADDRESS, code: str = CODE) -> int:
    """A registration asks for a code; the code's row."""
    with write() as session:
        visit = f"{now}{address}{code}".encode()
        asker = Registration(visit_hash=visit, email=address, email_key=address, created_at=now, expires_at=now + LIFE)
        session.add(asker)
        session.flush()
        row = Code(
            purpose="registration",
            registration_id=asker.id,
            mac=b"",
            number=1,
            created_at=now,
            expires_at=now + LIFE,
        )
        session.add(row)
        session.flush()
        outbox.put(
            session,
            keys(),
            template="registration_code",
            address=address,
            facts={"code": code, "number": 1, "ip": "192.0.2.7", "agent": "Firefox on Linux"},
            now=now,
            expires_at=now + LIFE,
            code_id=row.id,
        )
        return row.id
