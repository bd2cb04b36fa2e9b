"""The secrets of the teams whose applications the demo runs: twenty, each with a canary in its value.

Their owners make them in Secrets Manager and rotate them. Blue has served for long, so somebody once put the Kubernetes
Secrets there by hand; norikae takes them over (``takeOver`` of the declarations in ``local/demo/gitops``).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from local.canary import Canary, word
from local.cluster.established import OPERATOR
from norikae.secret_sync.secret import NAMESPACES_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.kubernetes.api import ApiServer
    from local.world import World

PREFIX = "demo/"
"""``secret_sync.secrets`` of the environment files names what begins so."""
CREATOR = "owner of secrets"
CURRENT = "AWSCURRENT"
FIRST_VERSION = "5b0c1f6e-2d3a-4f58-9c71-8e0a6d4b7c21"
"""The id of the first version of a secret that aws-secret-operator carries."""
By = Literal["norikae", "external-secrets", "aws-secret-operator"]
Shape = Literal["database", "settings", "text", "binary"]


@dataclass(frozen=True, slots=True)
class TeamSecret:
    """One secret.

    Args:
        application: whose.
        part: what for.
        shape: what its value looks like: flat JSON of texts and numbers, JSON with an object in it, a text, or bytes.
        key: of a text or of bytes: under which key the Kubernetes Secret has it.
        flat: of JSON with an object in it: whether the Kubernetes Secret has the object's members under joined names.
        by: who writes the Kubernetes Secret.
    """

    application: str
    part: str
    shape: Shape
    key: str = ""
    flat: bool = False
    by: By = "norikae"

    @property
    def name(self) -> str:
        """As Secrets Manager has it."""
        return f"{PREFIX}{self.application}/{self.part}"

    @property
    def namespace(self) -> str:
        """That of its team."""
        return self.application.partition("-")[0]

    @property
    def target(self) -> str:
        """The name of the Kubernetes Secret, and of the declaration."""
        return f"{self.application}-{self.part}"

    def value(self, canary: str, generation: int) -> str | bytes:
        """Its value of a generation.

        Args:
            canary: what every value has.
            generation: from 1; each has another value.
        """
        inside = f"{canary}{generation:03}{self.application.replace('-', '')}{self.part}"
        if self.shape == "text":
            return inside
        if self.shape == "binary":
            return b"\x00\xff\x30\x82" + inside.encode() + bytes(range(128, 160))
        if self.shape == "settings":
            nested = {"id": self.application, "secret": inside}
            return json.dumps({"issuer": "https://login.example.com", "client": nested})
        database = {"username": self.application, "password": f"{inside}/+ü", "host": "db.internal", "port": 5432}
        return json.dumps(database)

    def data(self, value: str | bytes) -> dict[str, bytes]:
        """What the Kubernetes Secret has of a value.

        Args:
            value: as ``value`` gives it.
        """
        if isinstance(value, bytes) or self.shape == "text":
            return {self.key: value if isinstance(value, bytes) else value.encode()}
        found: dict[str, Any] = {}
        for key, member in json.loads(value).items():
            if isinstance(member, dict) and self.flat:
                found |= {f"{key}.{name}": one for name, one in member.items()}
            else:
                found[key] = member
        return {key: (one if isinstance(one, str) else json.dumps(one)).encode() for key, one in found.items()}


SECRETS = (
    TeamSecret("chat-api", "db", "database"),
    TeamSecret("chat-api", "cache", "database"),
    TeamSecret("chat-api", "jwt", "text", key="JWT_SECRET"),
    TeamSecret("chat-api", "pusher", "settings"),
    TeamSecret("files-upload", "db", "database"),
    TeamSecret("files-upload", "signing", "binary", key="signing.der"),
    TeamSecret("files-upload", "scanner", "text", key="SCANNER_TOKEN"),
    TeamSecret("notify-push", "apns", "binary", key="apns.p8"),
    TeamSecret("notify-push", "fcm", "settings", flat=True),
    TeamSecret("notify-push", "db", "database"),
    TeamSecret("notify-push", "vapid", "text", key="VAPID_KEY"),
    TeamSecret("identity-login", "oidc", "settings", flat=True),
    TeamSecret("identity-login", "db", "database"),
    TeamSecret("identity-login", "cookie", "text", key="COOKIE_SECRET"),
    TeamSecret("identity-login", "saml", "binary", key="saml.der"),
    TeamSecret("identity-account", "db", "database"),
    TeamSecret("identity-account", "mail", "database"),
    TeamSecret("notify-webhooks", "signing", "text", key="SIGNING_SECRET"),
    TeamSecret("identity-directory", "ldap", "database", by="external-secrets"),
    TeamSecret("chat-presence", "cache", "database", by="aws-secret-operator"),
)


class TeamSecrets:
    """What the owners of the secrets do.

    Args:
        world: where.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._word = word(world.kernel.stream("teams/canary"))
        self.canary = Canary.of(self._word)
        self._generations: dict[str, int] = {}

    def create(self) -> None:
        """All of them exist, with their first values and the tags by which norikae may carry them."""
        for one in SECRETS:
            value, tags = self._next(one), [{"Key": "team", "Value": one.namespace}]
            if one.by != "external-secrets":  # of which norikae never reads the value
                tags.append({"Key": NAMESPACES_TAG, "Value": one.namespace})
            member: dict[str, Any] = {"SecretBinary": value} if isinstance(value, bytes) else {"SecretString": value}
            if one.by == "aws-secret-operator":
                member["ClientRequestToken"] = FIRST_VERSION  # the one that Git names
            with self._world.secrets.as_caller(CREATOR):
                self._world.secrets.create_secret(Name=one.name, Tags=tags, **member)

    def rotate(self, secret: TeamSecret, *, seconds: float = 3.0) -> str:
        """A rotation begins; the id of the version that will be current some seconds later.

        Args:
            secret: which.
            seconds: how long it takes.
        """
        return self._world.secrets.rotations.rotate(secret.name, self._next(secret), seconds=seconds)

    def generation_in(self, values: Iterable[bytes]) -> int:
        """The newest generation of which something is among values; 0 when there is none.

        Args:
            values: of a Kubernetes Secret, or the one value of a secret.
        """
        wanted = self._word.encode() + rb"(\d{3})"
        return max((int(found) for one in values for found in re.findall(wanted, one)), default=0)

    def _next(self, secret: TeamSecret) -> str | bytes:
        self._generations[secret.name] = self._generations.get(secret.name, 0) + 1
        return secret.value(self._word, self._generations[secret.name])


def put_by_hand(world: World, cluster: str) -> None:
    """A cluster has the Kubernetes Secrets of all secrets that there are, as somebody made them before norikae came.

    Args:
        world: where the secrets are.
        cluster: its name.
    """
    for one in SECRETS:
        secret = world.secrets.vault.named(one.name)
        version = secret.labelled(CURRENT) if secret else None
        if version is not None:
            value = version.binary if version.binary is not None else version.text or ""
            keep(world.clusters[cluster].api, one, one.data(value))


def keep(api: ApiServer, secret: TeamSecret, data: Mapping[str, bytes]) -> None:
    """A Kubernetes Secret, and its namespace, as somebody makes them who has only ``kubectl create``.

    Args:
        api: of the cluster.
        secret: whose.
        data: key to value.
    """
    named = {one["metadata"]["name"] for one in api.list("namespaces")}
    if secret.namespace not in named:
        api.create("namespaces", {"metadata": {"name": secret.namespace}}, manager=OPERATOR)
    api.create(
        "secrets",
        {
            "metadata": {"name": secret.target, "namespace": secret.namespace},
            "type": "Opaque",
            "data": {key: base64.b64encode(value).decode() for key, value in data.items()},
        },
        manager=OPERATOR,
    )
