"""All that can be ordered: the state of the sandbox, and the weather around it."""

from sandbox.churn import Churn
from sandbox.faults import Fault
from sandbox.store import Sandbox


class Conditions:
    """What the orders of the control change."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.faults: list[Fault] = []
        self.churn = Churn(sandbox)
