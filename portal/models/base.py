"""What every table is made with."""

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import db

if TYPE_CHECKING:
    from portal.database import Base as Model
else:
    Model = db.Model

__all__ = ["ADDRESS", "Model", "parent", "partial"]

ADDRESS = 254  # characters of an e-mail address (RFC 5321, 4.5.3.1.3)


def parent(column: str, *, only: bool = False) -> Mapped[int]:
    """A foreign key whose row goes with its parent's; `only` one for each parent."""
    return mapped_column(ForeignKey(column, ondelete="CASCADE"), index=True, unique=only)


def partial(name: str, column: str, where: str) -> Index:
    """An index of the few rows that a chore looks for."""
    return Index(name, column, postgresql_where=text(where), sqlite_where=text(where))
