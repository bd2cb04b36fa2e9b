"""The report as a page: self-contained, readable in light and dark and on a phone. Here is what its template draws.

Across, pictures are in percent of their width, so that they fit any screen without scaling their letters; down, in
pixels.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from local.demo.report import phase_in_words
from local.demo.scenarios import SCENARIOS

HEIGHT = 84
"""Of the weights' picture, in pixels, without its axis."""
TICKS = 6
TICK_SECONDS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 4 * 3600, 6 * 3600, 12 * 3600, 86400)
MARGIN = 0.06
"""Of the time around the first and the last step, as a share of the time between them."""
NARROWEST = 300.0
PEOPLE = {"request-plan-approval", "request-sync-approval", "request-decommission-approval", "hold-upgrade"}
TRAFFIC = {"shift-applications", "roll-back-applications"}

Window = tuple[float, float]
Drawing = dict[str, Any]


def html_page(report: dict[str, Any]) -> str:
    """A page for people; every text from the run is escaped, and nothing is loaded from elsewhere.

    Args:
        report: the document of ``local.demo.report.demo_report``.
    """
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    end = sum(phase["seconds"] for phase in report["phases"])
    window = window_of([one["weights"] for one in report["applications"]], end)
    scenario = SCENARIOS.get(report["scenario"])
    return templates.get_template("report.html.jinja").render(
        report=report,
        what=scenario.what if scenario else "",
        run_time=clock(end),
        phases=timeline(report["phases"]),
        run_axis=axis((0, end)),
        pictures=any(one["weights"] for one in report["applications"]),
        applications=[
            {**one, "reason": one.get("reason", ""), "picture": weights_picture(one["weights"], window)}
            for one in report["applications"]
        ],
        events=[_event(event) for event in report["events"]],
    )


def window_of(weights: list[list[list[float]]], end: float) -> Window:
    """The seconds in which weights changed, with a margin: a soak of days must not squeeze the steps to a line.

    Args:
        weights: per application the instants and weights.
        end: when the run ended; the window when nothing changed.
    """
    instants = [seconds for steps in weights for seconds, _ in steps]
    if not instants:
        return 0, end
    first, last = min(instants), max(instants)
    margin = max((last - first) * MARGIN, NARROWEST / 2)
    return max(0, first - margin), last + margin


def weights_picture(weights: list[list[float]], window: Window) -> Drawing | None:
    """Green's weight as steps, and blue's share above; None when no weight was ever set.

    Args:
        weights: instants in seconds since the run began and green's weights in percent, in order.
        window: the seconds that the picture shows.
    """
    if not weights:
        return None
    starts = [(window[0], 0.0), *((seconds, weight) for seconds, weight in weights)]
    ends = [*(seconds for seconds, _ in starts[1:]), window[1]]
    levels, marks = [], []
    for number, ((since, weight), until) in enumerate(zip(starts, ends, strict=True)):
        x, y = _across(since, window), _down(weight)
        levels.append({"x": x, "width": round(_across(until, window) - x, 2), "y": y})
        if number:
            text = f"{weight:.0f} % on green after {clock(since)}"
            marks.append({"x": x, "y": y, "before": _down(starts[number - 1][1]), "text": text})
    grid = [{"y": _down(weight), "text": f"{weight}"} for weight in (0, 50, 100)]
    return {"height": HEIGHT, "levels": levels, "marks": marks, "grid": grid, "axis": axis(window)}


def timeline(phases: list[dict[str, Any]]) -> list[Drawing]:
    """The phases one below the other, each where it was in the run.

    Args:
        phases: names and seconds, in order.
    """
    window = (0.0, float(sum(phase["seconds"] for phase in phases)))
    rows, since = [], 0.0
    for phase in phases:
        until = since + phase["seconds"]
        kind = "person" if phase["name"] in PEOPLE else "traffic" if phase["name"] in TRAFFIC else "work"
        x = _across(since, window)
        rows.append(
            {
                "words": phase_in_words(phase["name"]),
                "kind": kind,
                "x": x,
                "width": round(_across(until, window) - x, 2),
                "since": clock(since),
                "until": clock(until),
                "took": clock(phase["seconds"]),
            }
        )
        since = until
    return rows


def axis(window: Window) -> list[Drawing]:
    """Round times across a picture: at most ``TICKS``, in hours and minutes.

    Args:
        window: the first and the last second of the picture.
    """
    first, last = window
    step = next((step for step in TICK_SECONDS if (last - first) / step < TICKS), None)
    if step is None:
        step = 86400 * max(1, round((last - first) / 86400 / TICKS + 0.5))
    begin = -(-first // step) * step
    ticks = []
    for number in range(TICKS + 1):
        seconds = begin + number * step
        if seconds > last:
            break
        x = _across(seconds, window)
        minutes = round(seconds / 60)
        ticks.append({"x": x, "text": f"{minutes // 60}:{minutes % 60:02}", "anchor": _anchor(x)})
    return ticks


def clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _across(seconds: float, window: Window) -> float:
    return round((seconds - window[0]) / max(window[1] - window[0], 1) * 100, 2)


def _down(weight: float) -> float:
    return round(HEIGHT - weight / 100 * HEIGHT, 1)


def _anchor(x: float) -> str:
    """A label at an edge of the picture grows inwards."""
    edge = 4
    return "start" if x < edge else "end" if x > 100 - edge else "middle"


def _event(event: dict[str, Any]) -> Drawing:
    detail = {"application": "", **{key: one for key, one in event["detail"].items() if key not in ("by", "run")}}
    return {
        "at": f"{datetime.fromtimestamp(event['at'], UTC):%Y-%m-%d %H:%M:%S}",
        "what": event["what"].replace("-", " "),
        "by": event["by"],
        "detail": [(key.replace("_", " "), _words(value)) for key, value in detail.items() if value not in ("", None)],
    }


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return str(value)
