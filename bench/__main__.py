"""Run every bench, or those named: `python -m bench [bus] [file] [latency] [pipeline] [webhook]`."""

import runpy
import sys

BENCHES = ("bus", "file", "latency", "pipeline", "webhook")

if __name__ == "__main__":
    named = sys.argv[1:] or BENCHES
    sys.argv = sys.argv[:1]
    for name in named:
        runpy.run_module(f"bench.bench_{name}", run_name="__main__")
