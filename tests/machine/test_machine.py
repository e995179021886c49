"""Two people and two browsers take random steps on every journey, over HTTP, and after each step everything must be as
the model says (`checks.py`). Hypothesis finds the steps, and shrinks those that lead to a mistake.

The random run stops after MACHINE_SECONDS (15). Its seed is new each time and printed; MACHINE_SEED repeats it. A
failure prints the steps, the shortest that five minutes more could find, and how to repeat them. The other run is the
same each time, and proves that every kind of act succeeds in it.

A new journey is a module of acts (what the portal should answer, and what changes), rules that take them, and what is
new in the model and in `Checks`. The test of the second run then asks for each act's success by itself.
"""

import itertools
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.machine.beside import Beside
from tests.machine.model import PAGE, App, RecoverySet, User
from tests.machine.onward import PASSWORDS
from tests.machine.steps import Step, steps_of
from tests.machine.tab import Tab
from tests.machine.world import Tally
from tests.people import PASSWORD, People
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

SECONDS = float(os.environ.get("MACHINE_SECONDS", "15"))
STEPS = 40  # of one story
STORIES = 200  # of the run that is the same each time, at most
LOST = "lost everything and reset by mail"
# What somebody has when the story begins, and what has happened to them.
METHODS = st.sampled_from([(), None, None, ("totp",), ("email",), ("totp", "email"), ("email", "totp")])
PAST = st.sampled_from(["", "at the code", "in", "in", "in", "reset by mail", "reset by mail", "lost everything", LOST])


class Machine(Beside, RuleBasedStateMachine):
    """The machine."""

    def __init__(self) -> None:
        super().__init__()
        self.begin()

    @initialize(methods=st.tuples(METHODS, METHODS), pasts=st.tuples(PAST, PAST), alone=st.booleans())
    def meet(self, methods: tuple[Any, Any], pasts: tuple[str, str], alone: bool) -> None:
        """Two people with what they have, each at a browser; or the first at both."""
        people = People(self.portal)
        for name, kinds in zip(("cleopatra", "ferdinand"), methods, strict=True):
            person = people.somebody(name) if kinds is None else people.customer(name, *kinds)
            user = User(person.name, person.email, PASSWORD, known=kinds is not None)
            self.users.append(user)
            if kinds:
                user.apps = [App(person.secret, id=self.new_app(user))] if "totp" in kinds else []
                user.email_on, user.primary = "email" in kinds, kinds[0]
                user.recovery = RecoverySet(None, 0, saved=True, texts=person.codes)
        for user, tab, past in zip(self.users, self.tabs, pasts, strict=True):
            if user.known:
                self._live_through(user, tab, past)
        self.owners = [self.users[0], self.users[0 if alone else 1]]
        if alone:
            self.go_on(1)
            self.go_on(1)

    def _live_through(self, user: User, tab: Tab, past: str) -> None:
        if past.startswith("lost"):
            self.count("operator_resets", self.operator_resets(user))
        if past.endswith("by mail"):
            self.do(tab, "forget", user)
            self.do(tab, "open_link", user.links[-1])
            self.do(tab, "reset", PASSWORDS[1])
        if past in ("in", "at the code", "reset by mail"):
            self.do(tab, "sign_in", user, user.password)
        if past == "in" and user.kinds:
            self.prove(tab, user.primary or "", slip=False)

    @rule(step=steps_of(Beside))
    def take(self, step: Step) -> None:
        """One step, after which the portal and the model must agree."""
        if not step.name:
            return
        step.take(self)
        self.check_all()
        for tab in self.tabs:
            self.tally["standing at", self.due(tab)] += 1


@pytest.fixture(scope="module")
def portal_of_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that nobody else uses: every story begins with an empty database."""
    folder = tmp_path_factory.mktemp("machine")
    with running(environment(fresh_database("machine", folder), free_port()), folder / "log") as started:
        yield started


def _run(portal_of_machine: Portal, number: int, over: Callable[[int, Tally], bool]) -> Tally:
    """Tell stories until it is enough, each under a number of its own, by which it can be told again.

    Hypothesis runs each by itself: it begins a run with the simplest story and with one that is mostly simple, both of
    which are soon told, and would go on to vary the third by repeating its steps, which finds less than another story.
    """
    tally = Tally()

    class Told(Machine):
        portal = portal_of_machine

    Told.tally = tally
    how = settings(
        max_examples=3,
        stateful_step_count=STEPS,
        deadline=None,  # the portal may be busy
        database=None,  # a story is new, or repeated by its number
        print_blob=True,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow],  # a story is a hundred requests
    )
    for story in itertools.count():
        if over(story, tally):
            return tally
        try:
            run_state_machine_as_test(seed(number + story)(Told), settings=how)
        except Exception as mistake:
            mistake.add_note(f"MACHINE_SEED={number + story} tells this story again")
            raise
    raise AssertionError("never here")


def _tell(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """To the terminal, also from the suite's parallel processes."""
    with capsys.disabled():
        print(words, file=sys.stderr)


def _statistics(tally: Tally) -> str:
    names = sorted({name for name, _ in tally})
    ends = {name: {end: count for (n, end), count in sorted(tally.items()) if n == name} for name in names}
    return "\n".join(f"  {name}: " + ", ".join(f"{end} {n}" for end, n in ends[name].items()) for name in names)


def _missing(tally: Tally) -> set[str]:
    """The acts that never succeeded, and the steps where nobody stood."""
    acts = {name.removeprefix("act_") for name in dir(Machine) if name.startswith(("act_", "operator_"))}
    done = {name for name, ended in tally if ended.startswith("done")}
    return (acts - done) | (set(PAGE) - {ended for name, ended in tally if name == "standing at"})


def test_whatever_they_do_the_portal_keeps_its_promises(
    portal_of_machine: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    """R1, R2, R7, R12–R15, T12–T15, T40: at random."""
    number = int(os.environ.get("MACHINE_SEED", random.SystemRandom().randrange(2**32)))
    _tell(capsys, f"\nthe machine: MACHINE_SEED={number} tells the same stories again")
    end = time.monotonic() + SECONDS
    tally = _run(portal_of_machine, number, lambda *_: time.monotonic() > end)
    _tell(capsys, _statistics(tally))


def test_every_kind_of_act_succeeds(portal_of_machine: Portal) -> None:
    """No refusal hides that something never happens: the same stories each time, until every act is done once."""
    tally = _run(portal_of_machine, 4, lambda story, tally: story == STORIES or not _missing(tally))
    assert _missing(tally) == set(), _statistics(tally)
