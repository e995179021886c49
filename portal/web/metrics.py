"""`/metrics`, for Prometheus: what happened in this machine's processes, and what waits in the database."""

import hmac
import os
from collections.abc import Iterator

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from portal import clock
from portal.delivery import outbox
from portal.extensions import db, settings
from portal.web.gate import open_to_everybody
from portal.web.pages import pages


@pages.get("/metrics")
@open_to_everybody
def metrics() -> ResponseReturnValue:
    """The numbers, for whoever knows the token; for everybody else there is no such page."""
    token, given = settings().metrics_token, request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        abort(404)
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _registry() -> CollectorRegistry:
    """This machine's counts: of all its processes if they share a folder for them, else of this one."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(Messages())
    return registry


class Messages(Collector):
    """The outbox, as the database has it: the same from every machine."""

    def collect(self) -> Iterator[Metric]:
        waiting, oldest = outbox.waiting(db.session())
        age = (clock.now() - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily("portal_messages_waiting", "Messages not handed over yet", waiting)
        yield GaugeMetricFamily("portal_oldest_message_seconds", "How long the oldest of them has waited", age)
        ended = GaugeMetricFamily(
            "portal_messages_ended", "Messages of the last day that were not handed over", labels=["why"]
        )
        for why, count in outbox.not_handed_over(db.session()):
            ended.add_metric([why], count)
        yield ended
