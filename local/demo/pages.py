"""The same report as a page: self-contained HTML with hand-written SVG, readable in light and dark."""

from __future__ import annotations

from html import escape
from typing import Any

WIDTH, HEIGHT, PAD = 640, 110, 28

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d5dae0; --blue: #3b6fd4; --green: #2c9a5b;
  --bad: #c43d3d; --soft: #6a737d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #14171a; --line: #353b43; --blue: #6f9bf0;
  --green: #4fc281; --bad: #ef7b7b; --soft: #9aa4af; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); vertical-align: top; } .n { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; } .soft { color: var(--soft); font-weight: 400; }
svg { width: 100%; height: auto; } .outcome { font-size: 1.2rem; }
.succeeded, .moved { color: var(--green); } .failed, .refused { color: var(--bad); }
"""


def html_page(report: dict[str, Any]) -> str:
    """A page for people; every text from the run is escaped."""
    parts = [
        f"<h1>norikae: {escape(report['scenario'])}</h1>",
        f'<p class="outcome {escape(report["outcome"])}">{escape(report["outcome"])}'
        f' <span class="soft">{escape(report["waiting_for"])}</span></p>',
        _clusters(report["clusters"]),
        _requests(report["requests"]),
        "<h2>Phases</h2>",
        _phases(report["phases"]),
        "<h2>Applications</h2>",
        '<p class="soft">Green\'s weight over time, in percent of DNS answers.</p>',
        *(_application(one, _end(report)) for one in report["applications"]),
        "<h2>Findings</h2>",
        _findings(report["findings"]),
    ]
    title = f"norikae {escape(report['run'] or report['scenario'])}"
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return f'<!doctype html><html lang="en"><head>{head}{view}</head><body>{"".join(parts)}</body></html>\n'


def weights_picture(weights: list[list[float]], end: float) -> str:
    """Green's weight as a step curve.

    Args:
        weights: instants in seconds and weights, in order.
        end: the last instant of the picture.
    """
    span = max(end, 1)

    def place(seconds: float, weight: float) -> tuple[float, float]:
        return PAD + seconds / span * (WIDTH - 2 * PAD), HEIGHT - PAD - weight / 100 * (HEIGHT - 2 * PAD)

    points = [place(0, 0)]
    level = 0.0
    for seconds, weight in weights:
        points += [place(seconds, level), place(seconds, weight)]
        level = weight
    points.append(place(span, level))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    base = place(0, 0)[1]
    area = f"{points[0][0]:.1f},{base:.1f} {line} {points[-1][0]:.1f},{base:.1f}"
    grid = "".join(
        f'<line x1="{PAD}" x2="{WIDTH - PAD}" y1="{place(0, w)[1]:.1f}" y2="{place(0, w)[1]:.1f}" stroke="var(--line)"/>'
        f'<text x="{PAD - 4}" y="{place(0, w)[1] + 4:.1f}" font-size="10" text-anchor="end" fill="var(--soft)">{w}</text>'
        for w in (0, 50, 100)
    )
    marks = "".join(
        f'<circle cx="{place(s, w)[0]:.1f}" cy="{place(s, w)[1]:.1f}" r="3" fill="var(--green)">'
        f"<title>{w:.0f} % after {_clock(s)}</title></circle>"
        for s, w in weights
    )
    at = f'x="{WIDTH - PAD}" y="{HEIGHT - 8}" font-size="10" text-anchor="end" fill="var(--soft)"'
    ticks = f"<text {at}>{_clock(span)}</text>"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="weight over time">{grid}'
        f'<polygon points="{area}" fill="var(--green)" opacity=".15"/>'
        f'<polyline points="{line}" fill="none" stroke="var(--green)" stroke-width="2"/>{marks}{ticks}</svg>'
    )


def _application(one: dict[str, Any], end: float) -> str:
    team = f" · {escape(one['team'])}" if one["team"] else ""
    caption = f'{escape(one["name"])} <span class="soft">{team} · </span><span class="{escape(one["outcome"])}">'
    reason = f'<div class="soft">{escape(one.get("reason", ""))}</div>'
    picture = weights_picture(one["weights"], end)
    return f"<figure><figcaption>{caption}{escape(one['outcome'])}</span></figcaption>{picture}{reason}</figure>"


def _clusters(clusters: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{role}</td><td>{escape(one['name'])}</td><td>{escape(one['version'])}</td><td>{escape(one['state'])}</td></tr>"
        for role, one in clusters.items()
        if one
    )
    return (
        f"<table><tr><th>Role</th><th>Cluster</th><th>Kubernetes</th><th>State</th></tr>{rows}</table>" if rows else ""
    )


def _requests(requests: dict[str, Any]) -> str:
    cells = "".join(
        f'<tr><td>{name}</td><td class="n">{requests[name]:,}</td></tr>'
        for name in ("total", "blue", "green", "failed")
    )
    why = "".join(
        f'<tr><td>{escape(reason)}</td><td class="n">{count:,}</td></tr>'
        for reason, count in requests["reasons"].items()
    )
    return f"<h2>Requests</h2><table>{cells}{why}</table>"


def _phases(phases: list[dict[str, Any]]) -> str:
    longest = max((phase["seconds"] for phase in phases), default=1) or 1
    rows = "".join(
        f'<tr><td>{escape(phase["name"])}</td><td class="n">{_clock(phase["seconds"])}</td><td style="width:50%">'
        f'<svg viewBox="0 0 300 10"><rect width="{max(1, 300 * phase["seconds"] / longest):.0f}" height="10" rx="2"'
        f' fill="var(--blue)"/></svg></td></tr>'
        for phase in phases
    )
    return f"<table>{rows}</table>"


def _findings(findings: list[dict[str, Any]]) -> str:
    if not findings:
        return '<p class="soft">None.</p>'
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{escape(str(finding[key]))}</td>" for key in ("severity", "check", "subject", "text", "remedy"))
        + "</tr>"
        for finding in findings
    )
    return f"<table><tr><th>Severity</th><th>Check</th><th>Subject</th><th>What</th><th>Remedy</th></tr>{rows}</table>"


def _end(report: dict[str, Any]) -> float:
    return float(sum(phase["seconds"] for phase in report["phases"]))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
