"""Run every bench, or those named: `python -m bench [NAME …] [NUMBER …]`, their names are below.

Numbers are theirs.
"""

import runpy
import sys

BENCHES = (
    "bus", "chat", "file", "latency", "limits", "matching", "pipeline", "review", "rules", "search", "webhook",
    "weighing",
)  # fmt: skip

if __name__ == "__main__":
    named = [each for each in sys.argv[1:] if not each.isdigit()] or BENCHES
    sys.argv = [sys.argv[0], *(each for each in sys.argv[1:] if each.isdigit())]
    for name in named:
        runpy.run_module(f"bench.bench_{name}", run_name="__main__")
