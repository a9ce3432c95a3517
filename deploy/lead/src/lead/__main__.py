"""`lead`: the operator's command."""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from lead import bus, demo, description, environments, interruption, leftovers, rebuild, settings, web
from lead.complaint import Complaint
from lead.database import borrow_database
from lead.only_one import end_other, only_one
from lead.postgres import EmbeddedPostgres
from lead.running import running
from lead.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after a sentence that says what is wrong."""
    given = _parser().parse_args(arguments)
    try:
        command: int | None = given.command(settings.load(), given)
    except Complaint as complaint:
        print(f"lead: {complaint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return command or 0


def _up(whole: Settings, given: argparse.Namespace) -> None:
    interruption.interrupt_once()
    with interruption.own_ctrl_c(), running(whole, sandbox=given.sandbox) as house:
        if not given.sandbox and not environments.registered_providers(whole):
            print("No provider is registered yet: see deploy/.env.example, or try `make demo`.")
        print(f"\nLead Manager: {whole.public_url}   its API: {whole.public_url}/docs   Ctrl-C ends it.")
        while True:
            time.sleep(2)
            house.watch()


def _demo(whole: Settings, _given: argparse.Namespace) -> None:
    interruption.interrupt_once()
    with interruption.own_ctrl_c():
        demo.run(whole)


def _down(whole: Settings, _given: argparse.Namespace) -> None:
    if end_other(whole.lead_home):
        print("Stopped.")
        return
    with only_one(whole.lead_home):
        left = leftovers.end(whole.lead_home)
        EmbeddedPostgres(whole.lead_home / "postgres").stop()
    print(f"Ended {left} processes that a killed run had left behind." if left else "Nothing was running.")


def _migrate(whole: Settings, _given: argparse.Namespace) -> None:
    with borrow_database(whole) as database:
        for schema, revision in database.migrate().items():
            print(f"{schema:<12} at {revision}")


def _logs(whole: Settings, given: argparse.Namespace) -> None:
    folder = whole.lead_home / "logs"
    files = sorted(folder.glob(f"{given.service or '*'}.log"))
    if not files:
        raise Complaint(f"There is no log of {given.service or 'anything'} in {folder} yet.")
    follow = ["-F"] if given.follow else []
    command = ["tail", "-n", str(given.lines), *follow, *map(str, files)]
    interruption.interrupt_once()
    with interruption.own_ctrl_c():
        subprocess.run(command, check=False)  # noqa: S603


def _openapi(_whole: Settings, _given: argparse.Namespace) -> None:
    sys.stdout.buffer.write(description.describe())


def _web(_whole: Settings, given: argparse.Namespace) -> None:
    sources = web.folder()
    if sources is None:
        raise Complaint("The page's sources are not here: this is no checkout.")
    if given.script:
        web.run_script(sources, given.script)
        return
    web.yield_to_others()
    web.build(sources)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lead", description="Run Lead Manager on this machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="start everything, until Ctrl-C")
    up.add_argument("--sandbox", action="store_true", help="with the sandbox in the providers' place")
    up.set_defaults(command=_up)

    commands.add_parser("demo", help="start everything and show it at work").set_defaults(command=_demo)
    commands.add_parser("down", help="end what runs").set_defaults(command=_down)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(command=_migrate)

    logs = commands.add_parser("logs", help="show the ends of the logs")
    logs.add_argument("service", nargs="?", help="of this service only")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as they grow")
    logs.add_argument("-n", "--lines", type=int, default=20, help="how many lines of each (20)")
    logs.set_defaults(command=_logs)

    commands.add_parser("openapi", help="print the description of the whole interface").set_defaults(command=_openapi)

    page = commands.add_parser("web", help="build the page, if its sources changed")
    page.add_argument("script", nargs="?", help="or run this script of web/package.json: check, types, fix, dev")
    page.set_defaults(command=_web)

    bus.add_parser(commands)
    rebuild.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
