"""SecretSyncs, Secrets and secrets as the stories need them."""

from __future__ import annotations

from typing import Any

from norikae.secret_sync.decide import Move, decide, wanted
from norikae.secret_sync.declaration import read_declaration, target_of_sync
from norikae.secret_sync.render import render
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.secret import Described, Value
from norikae.secret_sync.stored import Stored
from tests.unit.fakes.secrets import arn_of

NOW = 1_700_000_000.0
V1, V2 = "prod/db-v1", "prod/db-v2"


def sync(*, generation: int = 1, **spec: Any) -> dict[str, Any]:
    """SecretSync ``shop/db`` of the secret ``prod/db``."""
    metadata = {"namespace": "shop", "name": "db", "generation": generation, "resourceVersion": "7"}
    return {"metadata": metadata, "spec": {"secret": "prod/db", **spec}}


def secret(current: str = V1, **more: Any) -> Described:
    """What Secrets Manager says of ``prod/db``, whose owner lets ``shop`` have it."""
    return Described(arn_of("prod/db"), "prod/db", current, **{"namespaces": frozenset({"shop"}), **more})


def value(content: str | bytes, *, binary: bool = False) -> Value:
    """The value of the first version."""
    return Value(V1, Sealed(content if isinstance(content, bytes) else content.encode()), binary)


def rendered(content: str | bytes, *, binary: bool = False, **spec: Any) -> dict[str, bytes]:
    """What a SecretSync makes of a value."""
    made = render(read_declaration(sync(**spec)), value(content, binary=binary))
    return {key: sealed.open() for key, sealed in made.items()}


def written(obj: dict[str, Any], of: Described, *, before: Stored | None = None, now: float = NOW) -> Stored:
    """The Secret after norikae wrote it for a SecretSync, with the password ``one``."""
    target, declaration, data = target_of_sync(obj), read_declaration(obj), {"password": Sealed(b"one")}
    made = wanted(target, declaration, of, of.current, data, before, now=now)
    return Stored(made.namespace, made.name, "1", made.type, annotations=made.annotations, data=made.data)


def decided(obj: dict[str, Any], of: Described, stored: Stored | None, *, on_edit: str = "repair") -> Move:
    """What is done for a SecretSync."""
    return decide(target_of_sync(obj), read_declaration(obj), of, stored, on_edit=on_edit)
