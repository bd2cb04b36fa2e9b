"""What every function would read and work out once more: the third file of ``worker.py``.

All of it is pure: the same files, the same names and the same words give the same in every process. Nothing of a
function, a world or a clock is kept.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_CALLED_OFTEN = ("dynamodb", "s3", "sns", "sts", "eks", "route53", "elbv2", "cloudwatch", "stepfunctions")
_WARMED = (*_CALLED_OFTEN, "ec2", "autoscaling", "ssm", "iam", "secretsmanager")
_LIBRARIES = ("aws_lambda_powertools.logging", "msgspec", "msgspec.json", "fractions")


def warm() -> None:
    """Import and parse once what is most of a cold start; to be called when time has been arrested."""
    import boto3  # noqa: PLC0415 - after the pause is in place

    _keep_files()
    _keep_words()
    for module in _LIBRARIES:
        importlib.import_module(module)
    for service in _WARMED:
        boto3.Session("warm", "warm", region_name="us-east-1").client(service)


def _keep_files() -> None:
    """Botocore's data are read, and their folders listed, once; it only reads what is kept."""
    from botocore.loaders import JSONFileLoader, Loader  # noqa: PLC0415

    kept: dict[str, Any] = {}
    read = JSONFileLoader.load_file

    def load_file(loader: JSONFileLoader, path: str) -> Any:
        if path not in kept:
            kept[path] = read(loader, path)
        return kept[path]

    JSONFileLoader.load_file = load_file
    for listing in ("list_available_services", "list_api_versions"):
        setattr(Loader, listing, _kept_by_path(getattr(Loader, listing)))


def _kept_by_path(listing: Callable[..., list[str]]) -> Callable[..., list[str]]:
    kept: dict[tuple[Any, ...], list[str]] = {}

    def listed(loader: Any, *names: str, **named: str) -> list[str]:
        key = (*loader.search_paths, *names, *named.items())
        if key not in kept:
            kept[key] = listing(loader, *names, **named)
        return list(kept[key])

    return listed


def _keep_words() -> None:
    """Names of botocore's events and parts of its User-Agent are worked out once."""
    from botocore import hooks, useragent  # noqa: PLC0415

    shared: dict[str, str] = {}
    made = hooks.EventAliaser.__init__

    def make(aliaser: Any, event_emitter: Any, event_aliases: Any = None) -> None:
        made(aliaser, event_emitter, event_aliases)
        if aliaser._event_aliases == hooks.EVENT_ALIASES:  # noqa: SLF001 - a copy hands its aliases on
            aliaser._alias_name_cache = shared  # noqa: SLF001

    hooks.EventAliaser.__init__ = make
    vars(useragent)["sanitize_user_agent_string_component"] = cache(useragent.sanitize_user_agent_string_component)
