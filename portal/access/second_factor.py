"""Proving a second factor: at sign-in, when a change asks for it anew, and at the end of setting one up."""

from datetime import datetime

from sqlalchemy import BigInteger, bindparam, or_, update
from sqlalchemy.orm import Session

from portal import methods
from portal.access import codes, confirmations, counting, devices, factors, limits, recoveries, recovery_codes, tries
from portal.access.answers import read_code
from portal.access.codes import Asker
from portal.access.limit_sentences import Hit
from portal.access.problems import CodeUsed, CodeWrong, Gone, MailboxSpent
from portal.access.sign_ins import lock_user, prove_address, raise_sign_in
from portal.access.standing import Standing
from portal.access.steps import Step
from portal.database import Moment, changed, write
from portal.extensions import keys
from portal.methods.base import CodeMark, Evidence, Mark, Method, StepMark, judge_sent
from portal.models import Factor

SIGN_IN, ENROL, ADDRESS = "sign_in", "enrol", "address"


def prove(standing: Standing, kind: str, answer: str, now: datetime, *, device: devices.Cookie | None = None) -> str:
    """Let the sign-in in by a method's code. Returns its new token. With `device`, its browser is remembered by that
    cookie in the same transaction.

    Raises a `Problem` about the answer, `LimitReached`, `MethodClosed`, or `Gone` when the user has no such method or
    this sign-in was raised or ended meanwhile.
    """
    mine = standing.enrolled(kind)
    if not mine:
        raise Gone
    refuse_spent_mailbox(standing, kind)
    asker = codes.by_sign_in(standing, SIGN_IN)
    code = read_code(answer)
    hits = _hits(standing, kind)
    with tries.counted_in_a_row(standing, kind, hits, now):
        mark = _judge(methods.method(kind), code, mine, asker, now)
        with write() as session:
            if device:
                lock_user(session, standing.user_id)
            token = raise_sign_in(session, standing, kind, now, right=(hits[0], asker.cooldown), back=hits[1:])
            spend(session, mark, asker, now)
            _note_use(session, mine, mark, now)
            if device:
                devices.remember(session, standing, device, now)
    return token


def refuse_spent_mailbox(standing: Standing, kind: str) -> None:
    """After a mailed reset of the password, a method in the same mailbox finishes no sign-in until something else has
    (R12). Raises `MailboxSpent`."""
    if standing.mailbox_spent and methods.method(kind).in_mailbox:
        raise MailboxSpent


def finish_set_up(standing: Standing, kind: str, answer: str, now: datetime) -> str | None:
    """Switch a method on by the first right code. Returns a new token when that lets the newcomer in, with recovery
    codes made in the same transaction; None for somebody who was in already. Staff have no recovery codes: the operator
    resets them.

    Raises as `prove` does; `Gone` when there is nothing being set up.
    """
    factor = factors.pending(standing, kind, now)
    if factor is None or not confirmations.fresh(standing, factor.created_at):
        raise Gone
    newcomer = standing.step(now) is Step.SET_UP
    asker = codes.by_sign_in(standing, ENROL)
    code = read_code(answer)
    token = None
    hits = _hits(standing, kind)
    right, back = (hits[0], asker.cooldown), hits[1:]
    with tries.counted(hits, now):
        mark = _judge_new(methods.method(kind), code, factor, asker, now)
        made = recovery_codes.prepare() if newcomer and standing.role is None else None
        with write() as session:
            lock_user(session, standing.user_id)
            if newcomer:
                token = raise_sign_in(session, standing, kind, now, right=right, back=back)
            else:
                counting.settle(session, right, back, now)
            factors.finish(session, standing, factor, now)
            spend(session, mark, asker, now)
            if made and not recovery_codes.has_set(session, standing.user_id):
                recovery_codes.store(session, standing, made, now)
    return token


def prove_mailbox(standing: Standing, answer: str, now: datetime) -> None:
    """Type the code from the mail that the wizard asks for (R15). After losing everything, and the wait for it, that
    takes the methods away. Raises as `prove` does."""
    asker = codes.by_sign_in(standing, ADDRESS)
    code = read_code(answer)
    hits = (*_hits(standing, ADDRESS), Hit(limits.ADDRESS_CODES_IN_A_ROW, f"user {standing.user_id}"))
    with tries.counted(hits, now):
        mark = judge_sent(code, codes.sent(asker), keys(), now)
        with write() as session:
            if standing.step(now) is Step.RECOVER:
                recoveries.finish(session, standing, now)
            prove_address(session, standing, now)
            codes.spend(session, mark, asker, now)
            counting.settle(session, (hits[0], hits[-1], asker.cooldown), hits[1:-1], now)


def spend(session: Session, mark: Mark, asker: Asker, now: datetime) -> None:
    """Spend what proved an answer right. Raises `CodeUsed` for the loser of a race."""
    if isinstance(mark, CodeMark):
        codes.spend(session, mark, asker, now)
    else:
        _spend_step(session, mark, now)


def _spend_step(session: Session, mark: StepMark, now: datetime) -> None:
    """A time step is spent for itself and all before it; a mark far in the future comes from a clock set back. What was
    wrong before no longer counts towards closing the method."""
    values = {"factor": mark.factor_id, "step": mark.step, "latest": mark.present + limits.STEPS_ASIDE, "now": now}
    if changed(session.connection().execute(_SPEND_STEP, values)) != 1:
        raise CodeUsed


_STEP, _LATEST = (bindparam(name, type_=BigInteger()) for name in ("step", "latest"))
_SPEND_STEP = (
    update(Factor)
    .where(Factor.id == bindparam("factor"), or_(Factor.last_step < _STEP, Factor.last_step > _LATEST))
    .values(last_step=_STEP, used_at=bindparam("now", type_=Moment), wrong_codes=0)
)


def _judge(method: Method, code: str, rows: factors.Rows, asker: Asker, now: datetime) -> Mark:
    sent = codes.sent(asker) if method.sends else ()
    return method.judge(code, Evidence(factors.evidence(rows), sent), keys(), now)


def _judge_new(method: Method, code: str, factor: Factor, asker: Asker, now: datetime) -> Mark:
    """The same for what is being set up, where a wrong answer is explained if it can be (R6)."""
    try:
        return _judge(method, code, [factor], asker, now)
    except CodeWrong as wrong:
        raise method.diagnose(code, factors.secret(factor), now) from wrong


def _note_use(session: Session, mine: factors.Rows, mark: Mark, now: datetime) -> None:
    """When a code that was sent proves the method, note it there; a step has noted it on its own factor, and the user's
    others of the kind begin their row anew with it."""
    if isinstance(mark, CodeMark):
        values, rows = {"used_at": now, "wrong_codes": 0}, [row.id for row in mine]
    else:
        values, rows = {"wrong_codes": 0}, [row.id for row in mine if row.id != mark.factor_id]
    if rows:
        session.execute(update(Factor).where(Factor.id.in_(rows)).values(**values))


def _hits(standing: Standing, kind: str) -> tuple[Hit, ...]:
    """What a try counts on: first the user and method, which a right answer begins anew, then the network address."""
    return tries.code_hits(f"user {standing.user_id} {kind}", standing.where)
