"""The command that makes the topics of `topics.yaml`: run it at every deployment, and whenever in doubt.

Guards that names, partitions and retention are data in one place. Exit codes: 0 all as declared, 1 something differs
(people decide), 2 wrong usage, 3 the broker does not answer.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from shared.errors import UnavailableError
from shared.provision import declared, provision

DECLARED_IN = Path(__file__).with_name("topics.yaml")
CATALOGUE = Path(__file__).parent.parent / "services" / "enrolment" / "catalogue"


def catalogued_organisations(folder: Path = CATALOGUE) -> list[str]:
    """Return the organisations of the enrolment catalogue, closed ones too: what they sent can still be read."""
    listed = yaml.safe_load((folder / "organisations.yaml").read_text())
    return [str(organisation["organisation"]) for organisation in listed["organisations"]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    asked = _parser().parse_args(arguments)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # one sentence about a broker that is away is enough
    organisations = asked.organisations.split(",") if asked.organisations else catalogued_organisations()
    wanted = declared(DECLARED_IN, organisations, prefix=asked.prefix, replication=asked.replication)
    try:
        report = asyncio.run(provision(asked.brokers, wanted, replication=asked.replication, create=not asked.check))
    except UnavailableError as problem:
        print(problem, file=sys.stderr)
        return 3
    for name in report.missing:
        print(f"{'missing' if asked.check else 'created'}  {name}")
    for difference in report.differences:
        print(f"differs  {difference}")
    print(f"{len(wanted)} topics declared, {len(report.missing)} new, {len(report.differences)} differences")
    return 1 if report.differences or (asked.check and report.missing) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.topics",
        description="Create the topics that are missing and report those that differ from deploy/topics.yaml.",
        epilog="Exit codes: 0 all as declared, 1 something differs, 2 wrong usage, 3 the broker does not answer.",
    )
    parser.add_argument("--brokers", required=True, help="bootstrap servers, HOST:PORT separated by commas")
    parser.add_argument("--prefix", default="", help="put before every name: GROUNDSWELL_TOPIC_PREFIX of the services")
    parser.add_argument("--replication", type=int, default=3, help="copies of each partition (3)")
    parser.add_argument("--organisations", help="codes separated by commas (those of the catalogue in the package)")
    parser.add_argument("--check", action="store_true", help="create nothing, only compare")
    return parser


if __name__ == "__main__":
    sys.exit(main())
