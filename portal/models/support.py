"""What the support desk keeps: which customer was looked up by whom, and who stands behind a case."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Model, parent


class LookUp(Model):
    """A customer found by their exact address. It opens their page in that one sign-in of staff, while it lasts."""

    __tablename__ = "look_ups"
    id: Mapped[int] = mapped_column(primary_key=True)
    sign_in_id: Mapped[int] = parent("sign_ins.id")
    user_id: Mapped[int] = parent("users.id")
    at: Mapped[datetime]


class SupportCase(Model):
    """Who opened a recovery for a customer, why, and who agreed."""

    __tablename__ = "support_cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    recovery_id: Mapped[int] = parent("recoveries.id", only=True)
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(200))
