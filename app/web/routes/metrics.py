"""How the rooms run, as Prometheus text; in a registry of our own, so nothing else slips in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple

from app import __version__
from app.web.rooms.web_room import WebRoom

if TYPE_CHECKING:
    from prometheus_client.core import Metric

MAX_LABEL_CHARS = 64
"""As long as rooms' names may be; a user's model may be called anything."""
LABELS = ("room", "model")


class Gauge(NamedTuple):
    """A figure of a room; None while there is nothing to tell."""

    name: str
    help: str
    of: Callable[[WebRoom], float | None]


def _round_trip_s(web_room: WebRoom) -> float | None:
    trips = [viewer.round_trip_ms for viewer in web_room.viewers.values()]
    known = [ms for ms in trips if ms is not None]
    return fmean(known) / 1000 if known else None


GAUGES = (
    Gauge("frames_per_second", "Frames made per second.", lambda web_room: web_room.stats.fps),
    Gauge(
        "steps_per_second", "Time steps per second.", lambda web_room: web_room.stats.steps_per_s
    ),
    Gauge("visitors", "Visitors in the room.", lambda web_room: len(web_room.viewers)),
    Gauge(
        "waiting",
        "Visitors in line before the room.",
        lambda web_room: len(web_room.admission.line),
    ),
    Gauge("round_trip_seconds", "Mean round trip, as its visitors measured it.", _round_trip_s),
    # Not a counter: a room that was empty for a while begins again at 0, under the same name.
    Gauge("restarts", "Times its model was restarted.", lambda web_room: web_room.stats.restarts),
)

MetricValues = list[tuple[Gauge, list[tuple[tuple[str, str], float]]]]


def snapshot(web_rooms: Iterable[WebRoom]) -> MetricValues:
    """The figures now, by room and model; quick, for the thread that owns the web rooms."""
    rooms = list(web_rooms)
    return [
        (
            gauge,
            [
                (_labels(web_room), value)
                for web_room in rooms
                if (value := gauge.of(web_room)) is not None
            ],
        )
        for gauge in GAUGES
    ]


def exposition(stats: MetricValues) -> bytes:
    """`stats` in Prometheus' text format; slow the first time, so not for the hub."""
    # A sixth of a second that most exhibits never need.
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

    class Rooms:
        def collect(self) -> Iterator[Metric]:
            yield InfoMetricFamily("vortarium", "The program.", {"version": __version__})
            for gauge, samples in stats:
                family = GaugeMetricFamily(
                    f"vortarium_room_{gauge.name}", gauge.help, labels=LABELS
                )
                for labels, value in samples:
                    family.add_metric(labels, value)
                yield family

    registry = CollectorRegistry()
    registry.register(Rooms())
    text: Any = generate_latest(registry)
    return bytes(text)


def _labels(web_room: WebRoom) -> tuple[str, str]:
    return web_room.name[:MAX_LABEL_CHARS], web_room.model[:MAX_LABEL_CHARS]
