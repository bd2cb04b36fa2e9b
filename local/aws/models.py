"""botocore's data files, read once per process and not once per session, service and list of regions."""

from __future__ import annotations

from functools import cache

import boto3
from botocore.loaders import Loader
from botocore.session import Session
from moto.core import utils
from moto.core.base_backend import AccountSpecificBackend

_LOADER = Loader()
"""For every client."""
_MOTO_LOADER = Loader()
"""moto changes the paths of S3's operations in what it has read, so it has a loader of its own."""


@cache
def session() -> boto3.Session:
    """The session of all clients in this process.

    Its clients get their credentials one by one, and no configuration file is read for it.
    """
    vars(utils)["create_loader"] = lambda: _MOTO_LOADER  # moto makes one for each service, which lists all services
    AccountSpecificBackend.get_session()._session.register_component("data_loader", _LOADER)  # noqa: SLF001 - its regions
    core = Session()
    core.register_component("data_loader", _LOADER)
    return boto3.Session(botocore_session=core)
