"""Which Python and which processor the functions run on; everything else follows from these."""

from typing import NamedTuple

PYTHON = "3.14"
"""The minor version of the runtime python3.14, the newest that is not a preview (AWS Lambda guide, "Runtimes")."""


class Platform(NamedTuple):
    """The functions' platform as each installer spells it."""

    uv: str
    pip: str


PLATFORM = Platform(uv="aarch64-manylinux2014", pip="manylinux2014_aarch64")
