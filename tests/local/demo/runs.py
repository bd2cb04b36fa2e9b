"""Runs as the product and the world tell them, for stories about the demo's report and its page."""

from __future__ import annotations

from typing import Any

from local.demo.report import Served

SERVED = Served(total=1000, blue=400, green=598, failed=2, reasons={"target is not ready": 2})
BOTH = {"demo-1-33": "ACTIVE", "demo-1-35-a": "ACTIVE"}


def application(name: str = "chat-api", outcome: str = "moved", *steps: int) -> dict[str, Any]:
    """An application that went through its steps, 200 seconds each."""
    weights = [[1200 + 200 * number, weight] for number, weight in enumerate(steps or (5, 25, 50, 100))]
    return {"name": name, "team": name.partition("-")[0], "outcome": outcome, "reason": "", "weights": weights}


def run(outcome: str = "succeeded", *applications: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The product's report of a run (`norikae.report.run_report`)."""
    return {
        "run": "demo-1-35-20261124-0001",
        "environment": "demo",
        "outcome": outcome,
        "waiting_for": "",
        "plan_hash": "ab" * 32,
        "clusters": {
            "blue": {"name": "demo-1-33", "version": "1.33"},
            "green": {"name": "demo-1-35-a", "version": "1.35"},
        },
        "applications": list(applications) or [application(), application("files-upload")],
        "phases": [
            {"name": "plan-upgrade", "seconds": 1},
            {"name": "request-plan-approval", "seconds": 61},
            {"name": "ensure-green-cluster", "seconds": 1100},
            {"name": "shift-applications", "seconds": 1000},
            {"name": "soak", "seconds": 1600},
        ],
        "findings": [],
        "events": [
            {"at": 1795482170.5, "what": "planned", "by": "", "detail": {"green": "demo-1-35-a"}},
            {
                "at": 1795483302.4,
                "what": "weight-written",
                "by": "",
                "detail": {"application": "chat-api", "weight": 5},
            },
        ],
        **members,
    }
