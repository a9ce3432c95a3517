"""Become the program that a file describes, with exactly its environment: `python -m lead.launch FILE`."""

import json
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    program = json.loads(Path(sys.argv[1]).read_text())
    os.nice(program.get("niceness", 0))
    os.execve(sys.executable, [sys.executable, "-P", *program["arguments"]], program["environment"])  # noqa: S606
