"""How the next step is chosen: by weight, so that the journeys get somewhere between what is done beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Taken = TypeVar("Taken", bound=Callable[..., None])


@dataclass(frozen=True)
class Step:
    """A step with what was drawn for it, and how often it is taken; without a name, none."""

    name: str = ""
    drawn: tuple[tuple[str, Any], ...] = ()
    times: int = 1

    def __repr__(self) -> str:
        drawn = ", ".join(f"{name}={value!r}" for name, value in self.drawn)
        return f"{self.name or 'nothing'}({drawn})" + (f" × {self.times}" if self.times > 1 else "")

    def take(self, machine: object) -> None:
        """Take it. A slip of the finger happens the last time."""
        for time in range(1, self.times + 1):
            drawn = dict(self.drawn)
            if "slip" in drawn:
                drawn["slip"] = drawn["slip"] and time == self.times
            getattr(machine, self.name)(**drawn)


def step(weight: int, several: int = 1, **draws: SearchStrategy[Any]) -> Callable[[Taken], Taken]:
    """Declare a method as a step: how often it is chosen, how many times in a row it may be taken, what is drawn."""

    def declare(method: Taken) -> Taken:
        method.step = (weight, several, draws)  # type: ignore[attr-defined]
        return method

    return declare


def steps_of(machine: type) -> SearchStrategy[Step]:
    """Every step of a machine. The simplest, to which hypothesis shrinks and from which it begins, is to do nothing."""
    declared = {name: found.step for name in dir(machine) if hasattr(found := getattr(machine, name), "step")}
    names = [name for name, (weight, _, _) in sorted(declared.items()) for _ in range(weight)]

    @st.composite
    def drawn(draw: st.DrawFn) -> Step:
        name = draw(st.sampled_from(["", *names]))
        if not name:
            return Step()
        _, several, draws = declared[name]
        return Step(name, tuple(draw(st.fixed_dictionaries(draws)).items()), draw(st.integers(1, several)))

    return drawn()
