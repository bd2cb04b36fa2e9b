"""From nothing to a verified green: cluster, Argo CD, platform, applications. Each function is one state of the machine."""

from typing import Any

Answer = dict[str, Any]
