"""AWS Step Functions: a discrete-event interpreter of the Amazon States Language (decision 003)."""

from local.aws.step_functions.simulator import StepFunctionsSimulator

__all__ = ["StepFunctionsSimulator"]
