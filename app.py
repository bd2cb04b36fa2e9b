"""Synthesizes one stack for one environment file; needs no AWS account, no network and no CDK command line.

The environment is the CDK context value ``environment`` or the variable ``NORIKAE_ENVIRONMENT``, and ``demo`` without
either: ``cdk synth -c environment=chat-prod``, or ``NORIKAE_ENVIRONMENT=chat-prod python app.py``. What ends with
``.yaml`` is a path: the file may be anywhere, with the manifests that it names beside it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
# What is zipped is the import root of the functions, and the values of an environment are defined there.
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

import stacks  # noqa: E402, F401 - names the Node that the CDK runs on, before the CDK is imported

# isort: split
import aws_cdk as cdk  # noqa: E402 - the path is set above

from norikae.errors import SettingsError  # noqa: E402 - the path is set above
from stacks import acknowledgements, environment_file  # noqa: E402
from stacks.bundle import build_bundle  # noqa: E402
from stacks.norikae_stack import NOT_COMPILED, NorikaeStack  # noqa: E402


def build_app(environment: str = "", *, outdir: Path | None = None, acknowledge: bool = True) -> cdk.App:
    """The CDK app of one environment, with the rule packs that make synth fail.

    Args:
        environment: name of a file in ``environments/`` without its ending, or a path with it; empty means context,
            variable or ``demo``.
        outdir: where the cloud assembly goes; ``cdk.out`` or what the CDK command line asks for when it is None.
        acknowledge: whether findings that ``stacks/acknowledgements.py`` accepts are left out.

    Raises:
        norikae.errors.SettingsError: the environment file is wrong.
    """
    # The command line passes the context of cdk.json on; without the command line it is read here, so both agree.
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    folder = outdir or Path(os.environ.get("CDK_OUTDIR", ROOT / "cdk.out"))
    app = cdk.App(context=context, outdir=str(folder), analytics_reporting=False)
    name = environment or app.node.try_get_context("environment") or os.environ.get("NORIKAE_ENVIRONMENT", "demo")
    file = Path(name) if name.endswith(".yaml") else ROOT / "environments" / f"{name}.yaml"
    values = environment_file.load(file)
    bundle = build_bundle(values, manifests=file.parent, root=ROOT)
    if not bundle.compiled and "CDK_CLI_VERSION" not in os.environ:  # the command line prints the stack's own warning
        sys.stderr.write(f"warning: {NOT_COMPILED}\n")
    stack = NorikaeStack(
        app,
        f"norikae-{values.environment}",
        environment=values,
        bundle=bundle,
        env=cdk.Environment(account=values.account, region=values.region),
    )
    acknowledgements.add_rules(app)
    if acknowledge:
        acknowledgements.acknowledge(stack, values)
    return app


def main() -> int:
    """Synthesize; a mistake in the environment file is printed as it is, without a traceback."""
    try:
        build_app().synth()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
