"""`docs/data.md` against the tables."""

import re

from sqlalchemy import LargeBinary, String

from config import ROOT
from portal.database import Base

ROW = re.compile(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|", re.MULTILINE)
LISTED = {
    table: (set(re.findall(r"`(\w+)`", secret)), set(re.findall(r"`(\w+)`", personal)))
    for table, secret, personal in ROW.findall((ROOT / "docs" / "data.md").read_text())
}
# Texts that tell of nobody: kinds, purposes and names that the portal gives.
WORKING = {"kind", "purpose", "template", "trouble", "ended_because", "cancelled_because", "confirmed_for", "raised_by"}
WORKING |= {"primary_method", "next_path", "role"}


def test_every_table_is_listed() -> None:
    assert LISTED.keys() == Base.metadata.tables.keys()


def test_every_secret_and_every_personal_column_is_listed() -> None:
    """ASVS 14.1.1: what is kept as bytes opens something; what is text tells of somebody, or is named above."""
    for name, table in Base.metadata.tables.items():
        kept = {c.name for c in table.columns if isinstance(c.type, LargeBinary)}
        texts = {c.name for c in table.columns if isinstance(c.type, String)} - WORKING
        if name == "counters":
            texts.remove("name")  # a limit's
        secret, personal = LISTED[name]
        assert secret == kept | (texts & {"password_hash"}), name
        assert personal == (texts - {"password_hash"}) | ({"facts"} & set(table.columns.keys())), name
