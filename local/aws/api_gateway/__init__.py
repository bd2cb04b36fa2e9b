"""Amazon API Gateway: REST APIs whose methods are Lambda functions."""

from local.aws.api_gateway.records import Answer
from local.aws.api_gateway.simulator import ApiGatewaySimulator

__all__ = ["Answer", "ApiGatewaySimulator"]
