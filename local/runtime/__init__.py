"""AWS Lambda's runtime: one worker process per function, in the world's virtual time."""

from local.runtime.crash import CrashPlan, Fate, Strike
from local.runtime.outcome import Outcome
from local.runtime.runtime import LambdaRuntime
from local.runtime.sandbox import HungError

__all__ = ["CrashPlan", "Fate", "HungError", "LambdaRuntime", "Outcome", "Strike"]
