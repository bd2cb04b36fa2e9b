"""Lambda and Step Functions."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

from local.aws.secrets_extension import is_extension
from local.deploy.properties import camel, document
from local.deploy.template import DeployError
from local.deploy.values import Made

if TYPE_CHECKING:
    from pathlib import Path

    from local.deploy.properties import Place, Properties

_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9]+)\}")


def function(place: Place, given: Properties) -> Made:
    """``AWS::Lambda::Function``: described in the registry, its bundle registered with the runtime."""
    folder = _code(place, given)
    name = given.name(place, "FunctionName", longest=64)
    role, handler = given.need("Role"), given.need("Handler")
    environment = given.get("Environment", {})
    timeout, memory = given.get("Timeout", 3), given.get("MemorySize", 128)
    extended = _is_extended(place, given)
    arn = place.clients("lambda").create_function(
        FunctionName=name,
        Role=role,
        Handler=handler,
        Code={"ZipFile": _EMPTY_ZIP},
        Timeout=int(timeout),
        MemorySize=int(memory),
        Environment=environment,
        **given.pick(
            "Architectures",
            "DeadLetterConfig",
            "Description",
            "EphemeralStorage",
            "KmsKeyArn",
            "LoggingConfig",
            "Runtime",
            "TracingConfig",
            "VpcConfig",
        ),
    )["FunctionArn"]
    variables = environment.get("Variables", {})
    dead_letter = given.get("DeadLetterConfig", {}).get("TargetArn", "")
    place.runtime.register(
        arn, folder, handler, variables, float(timeout), role, int(memory), dead_letter, extended=extended
    )
    concurrency = given.get("ReservedConcurrentExecutions")
    if concurrency is not None:
        place.clients("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=concurrency)
    return Made(name, {"Arn": arn})


def _is_extended(place: Place, given: Properties) -> bool:
    """Whether a function has the Parameters and Secrets Lambda Extension, the only layer that is known."""
    layers = given.get("Layers", [])
    [architecture] = given.get("Architectures", ["x86_64"])
    others = [one for one in layers if not is_extension(one, region=place.region, architecture=architecture)]
    if others or len(layers) > 1:
        msg = (
            f"{given.logical}: the materialiser knows one layer only, the Parameters and Secrets Lambda Extension of "
            f"{place.region} for {architecture}, not {layers}"
        )
        raise DeployError(msg)
    return bool(layers)


def _empty_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("bundle.txt"), "the runtime has the unzipped bundle")
    return buffer.getvalue()


_EMPTY_ZIP = _empty_zip()


def _code(place: Place, given: Properties) -> Path:
    code = given.need("Code")
    folder = place.assets.get(code.get("S3Key", ""))
    if folder is None or not folder.is_dir():
        msg = f"{given.logical}: its code is not a folder among the assembly's assets: {code}"
        raise DeployError(msg)
    return folder


def permission(place: Place, given: Properties) -> Made:
    """``AWS::Lambda::Permission``."""
    place.clients("lambda").add_permission(
        FunctionName=given.need("FunctionName"),
        StatementId=given.logical,
        Action=given.need("Action"),
        Principal=given.need("Principal"),
        **given.pick("SourceArn", "SourceAccount", "PrincipalOrgID"),
    )
    return Made(given.logical)


def event_invoke_config(place: Place, given: Properties) -> Made:
    """``AWS::Lambda::EventInvokeConfig``."""
    place.clients("lambda").put_function_event_invoke_config(
        FunctionName=given.need("FunctionName"),
        Qualifier=given.get("Qualifier", "$LATEST"),
        **given.pick("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"),
    )
    return Made(given.logical)


def event_source_mapping(place: Place, given: Properties) -> Made:
    """``AWS::Lambda::EventSourceMapping``."""
    made = place.clients("lambda").create_event_source_mapping(
        FunctionName=given.need("FunctionName"),
        EventSourceArn=given.need("EventSourceArn"),
        **given.pick(
            "BatchSize", "Enabled", "FunctionResponseTypes", "MaximumBatchingWindowInSeconds", "ScalingConfig"
        ),
    )
    arn = place.arn("lambda", f"event-source-mapping:{made['UUID']}")
    return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": arn})


def version(place: Place, given: Properties) -> Made:
    """``AWS::Lambda::Version``."""
    made = place.clients("lambda").publish_version(FunctionName=given.need("FunctionName"), **given.pick("Description"))
    given.get("CodeSha256")  # the registry holds a stand-in for the code, so its digest says nothing
    return Made(made["FunctionArn"], {"Version": made["Version"], "FunctionArn": made["FunctionArn"]})


def alias(place: Place, given: Properties) -> Made:
    """``AWS::Lambda::Alias``."""
    made = place.clients("lambda").create_alias(
        FunctionName=given.need("FunctionName"),
        Name=given.need("Name"),
        FunctionVersion=given.need("FunctionVersion"),
        **given.pick("Description"),
    )
    return Made(made["AliasArn"], {"AliasArn": made["AliasArn"]})


def state_machine(place: Place, given: Properties) -> Made:
    """``AWS::StepFunctions::StateMachine``, with its substitutions."""
    text = document(given.get("Definition")) if "Definition" in given.values else given.need("DefinitionString")
    substitutions = given.get("DefinitionSubstitutions", {})

    def fill(place_: re.Match[str]) -> str:
        if place_[1] not in substitutions:
            msg = f"{given.logical}: the definition speaks of ${{{place_[1]}}}, which has no substitution"
            raise DeployError(msg)
        return json.dumps(str(substitutions[place_[1]]))[1:-1]

    name = given.name(place, "StateMachineName", longest=80)
    members = camel(given.pick("LoggingConfiguration", "TracingConfiguration", "EncryptionConfiguration"))
    arn = place.clients("stepfunctions").create_state_machine(
        name=name,
        definition=_SUBSTITUTION.sub(fill, text),
        roleArn=given.need("RoleArn"),
        type=given.get("StateMachineType", "STANDARD"),
        tags=camel(given.get("Tags", [])),
        **members,
    )["stateMachineArn"]
    return Made(arn, {"Arn": arn, "Name": name})


def security_group(_place: Place, given: Properties) -> Made:
    """``AWS::EC2::SecurityGroup``: only recorded, as the embedded world has no networks."""
    for name in ("GroupDescription", "VpcId", "SecurityGroupEgress", "SecurityGroupIngress", "Tags", "GroupName"):
        given.get(name)
    identifier = f"sg-{given.logical[-8:].lower()}"
    return Made(identifier, {"GroupId": identifier})
