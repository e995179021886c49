"""What was measured, with its goal: as a table for people, as JSON for programs."""

from dataclasses import asdict, dataclass
from statistics import median

MORE, LESS = "≥", "≤"


@dataclass(frozen=True)
class Result:
    """One line. Each round's numbers are kept: of the portal, and of what it is measured against if there is that.

    `judged` is what the goal is about: the rounds' ratios, the portal's share of the baseline, or its own numbers.
    """

    what: str
    unit: str
    portal: tuple[float, ...]
    baseline: tuple[float, ...] = ()
    judged: tuple[float, ...] = ()
    sign: str = ""
    goal: float | None = None

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        value = median(self.judged)
        return "met" if (value >= self.goal if self.sign == MORE else value <= self.goal) else "MISSED"


def at_least(what: str, unit: str, portal: list[float], baseline: list[float], goal: float | None) -> Result:
    """A rate: how much of the baseline's the portal reaches."""
    ratios = [ours / theirs for ours, theirs in zip(portal, baseline, strict=True)]
    return Result(what, unit, tuple(portal), tuple(baseline), tuple(ratios), MORE, goal)


def of_the_cost(what: str, unit: str, portal: list[float], baseline: list[float], goal: float) -> Result:
    """A cost: as many pages as the portal makes while the baseline makes one."""
    ratios = [theirs / ours for ours, theirs in zip(portal, baseline, strict=True)]
    return Result(what, unit, tuple(portal), tuple(baseline), tuple(ratios), MORE, goal)


def at_most(what: str, unit: str, portal: list[float], goal: float) -> Result:
    """A number that must not be larger."""
    return Result(what, unit, tuple(portal), (), tuple(portal), LESS, goal)


def plain(what: str, unit: str, *portal: float) -> Result:
    """A number without a goal."""
    return Result(what, unit, portal)


def table(title: str, results: list[Result]) -> str:
    """The lines under each other: median, and the smallest and the largest round."""
    heads = ("", "", "portal", "baseline", "ratio", "goal", "")
    rows = [(title, *heads[1:]), *(_cells(result) for result in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def as_json(results: list[Result]) -> list[dict[str, object]]:
    return [asdict(result) | {"verdict": result.verdict} for result in results]


def _cells(result: Result) -> tuple[str, ...]:
    ratio = _numbers(result.judged) if result.baseline else ""
    goal = f"{result.sign} {result.goal:g}" if result.goal is not None else ""
    return (
        f"  {result.what}",
        result.unit,
        _numbers(result.portal),
        _numbers(result.baseline),
        ratio,
        goal,
        result.verdict,
    )


def _numbers(rounds: tuple[float, ...]) -> str:
    if not rounds:
        return ""
    middle = f"{median(rounds):.3g}" if median(rounds) < 100 else f"{median(rounds):.0f}"
    return middle if min(rounds) == max(rounds) else f"{middle} ({min(rounds):.3g}–{max(rounds):.3g})"
