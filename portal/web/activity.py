"""The activity of whoever is in: a page of it, and all of it as a file. Part of the `security` blueprint."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from flask import Response, current_app, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import clock
from portal.access import activity
from portal.access.activity import Place
from portal.extensions import settings
from portal.web import browser, times
from portal.web.security import security
from portal.web.visitor import standing

SHOWN = (activity.ALL, *activity.GROUPS)
COLUMNS = ("when", "what", "browser", "network_address", "group", "kind")
# A cell that begins so is a formula to a spreadsheet, which a quotation mark before it prevents (OWASP, CSV injection).
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


@security.get("/activity")
def show_activity() -> ResponseReturnValue:
    """One page, the newest first."""
    group, before = _group(), Place.read(request.args.get("before", ""))
    page = activity.read_page(standing().user_id, group, clock.now(), before)
    days = [(day, list(lines)) for day, lines in groupby(page.lines, key=lambda line: times.day(line.at))]
    return render_template(
        "security/activity.html", days=days, older=page.older, group=group, groups=SHOWN, newest=before is None
    )


@security.get("/activity.csv")
def download_csv() -> Response:
    """All of the year as a table."""
    return _file("csv", "text/csv", _csv(_lines()))


@security.get("/activity.json")
def download_json() -> Response:
    """All of the year as a list."""
    return _file("json", "application/json", _json(_lines()))


def _group() -> str:
    wanted = request.args.get("show", activity.ALL)
    return wanted if wanted in SHOWN else activity.ALL


def _lines() -> Iterator[dict[str, str]]:
    words = current_app.jinja_env.get_template("security/activity_words.html").module
    for line in activity.everything(standing().user_id, _group(), clock.now()):
        yield {
            "when": times.iso(line.at),
            "what": " ".join(Markup(getattr(words, line.kind)(line.facts)).unescape().split()),  # noqa: S704  it was escaped
            "browser": settings().company if line.by_operator else browser.describe(line.agent),
            "network_address": line.ip,
            "group": line.group,
            "kind": line.kind,
        }


def _csv(rows: Iterable[dict[str, str]]) -> Iterator[str]:
    yield _row(COLUMNS)
    for row in rows:
        yield _row(_plain(row[column]) for column in COLUMNS)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def _row(cells: Iterable[str]) -> str:
    """RFC 4180, every cell in quotation marks."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def _json(rows: Iterable[dict[str, str]]) -> Iterator[str]:
    between = "["
    for row in rows:
        yield f"{between}\n{json.dumps(row, ensure_ascii=False)}"
        between = ","
    yield "[]\n" if between == "[" else "\n]\n"


def _file(ending: str, mimetype: str, parts: Iterator[str]) -> Response:
    """Sent as it is read: no file is ever whole in memory."""
    answer = Response(stream_with_context(parts), mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="activity-{_today()}.{ending}"'
    return answer


def _today() -> str:
    today: datetime = clock.now().astimezone(settings().time_zone)
    return f"{today:%Y-%m-%d}"
