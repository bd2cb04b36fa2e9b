"""Everything that norikae raises; the class names are the contract for Retry and Catch in the state machines.

NorikaeError
├── TransientError                 retried by the state machine with jitter; nothing is decided from it
│   ├── ThrottledError             AWS or Kubernetes asked us to slow down
│   ├── UnreachableError           a connection failed or timed out; the call may have worked
│   ├── ConflictError              somebody wrote first; read again and decide again
│   └── CredentialsExpiredError    the token of a Kubernetes call or a session ended; a new one is made on retry
└── PermanentError                 never retried; the run holds or reports, and a person reads the text
    ├── BadRequestError            the request to start a run (or an operator's command) is wrong; names the field
    ├── ForbiddenError             somebody may not say this command; names who, what and which role may
    ├── SettingsError              the function's own settings or environment file are wrong; names the key
    ├── RefusedError               the world is not as the move needs it; names what to change
    │   ├── LeaseHeldError         another run or shift holds the environment or the application
    │   ├── StaleWriterError       this run lost its lease; its fencing token is older than the one in the table
    │   ├── ForeignWriteError      a DNS record is not what we last wrote; somebody else owns it
    │   ├── GateFailedError        a background gate fails while green serves everything
    │   └── RollbackRefusedError   blue cannot take the traffic back (nothing healthy answers there)
    ├── ReleasedError              a team let its application move before it could be asked
    ├── AbortedError               somebody aborted meanwhile; the way back begins instead of a hold
    ├── NotFoundError              a thing that must exist does not
    └── AwsRefusedError            AWS said no for good; carries the operation, AWS's code and AWS's own text
"""


class NorikaeError(Exception):
    """The root of everything that norikae raises on purpose."""


class TransientError(NorikaeError):
    """Worth another attempt as it is; the state machine retries it."""


class ThrottledError(TransientError):
    """AWS or Kubernetes asked us to slow down."""


class UnreachableError(TransientError):
    """A connection failed or timed out; whether the call took effect is unknown, so the retry reads first."""


class ConflictError(TransientError):
    """Somebody wrote between our read and our write; the retry reads again."""


class CredentialsExpiredError(TransientError):
    """A token or session ended in the middle of the work; the retry makes a new one."""


class PermanentError(NorikaeError):
    """Another attempt would end the same way; a person has to read it."""


class BadRequestError(PermanentError):
    """The request is wrong; the text names the field and what would be right."""


class ForbiddenError(PermanentError):
    """Somebody may not say this; the text names who, what, and which role of the environment file may."""


class SettingsError(PermanentError):
    """The function's settings or its environment file are wrong; the text names the key."""


class RefusedError(PermanentError):
    """The world is not as the move needs it; the text names what to change."""


class LeaseHeldError(RefusedError):
    """Another execution holds the environment or the application."""


class StaleWriterError(RefusedError):
    """This execution's fencing token is older than the lease's; it must not write any more."""


class ForeignWriteError(RefusedError):
    """A DNS record is not what norikae last wrote; it is left as it is."""


class GateFailedError(RefusedError):
    """A background gate fails in the soak; the policy ``shift.on_failure`` says whether the run holds or goes back."""


class RollbackRefusedError(RefusedError):
    """Blue cannot take the traffic back, so green keeps it and a person is paged."""


class ReleasedError(PermanentError):
    """A team let its application move before it could be asked; the machine catches it by name and looks again."""


class AbortedError(PermanentError):
    """Somebody aborted the run, or sent the application back, before it could hold; the machines catch it by name."""


class NotFoundError(PermanentError):
    """A thing that must exist does not."""


class AwsRefusedError(PermanentError):
    """AWS refused a call for good.

    Args:
        operation: service and operation, such as ``eks:CreateCluster``.
        code: AWS's error code, such as ``InvalidParameterException``.
        text: AWS's own message, unchanged.
    """

    def __init__(self, operation: str, code: str, text: str) -> None:
        self.operation, self.code, self.text = operation, code, text
        super().__init__(f"{operation} was refused with {code}: {text}")
