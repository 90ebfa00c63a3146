"""Commands on what is stored: ``cdshooks store ...`` and ``cdshooks feedback report``."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Callable
from typing import Any

from cdshooks.errors import StoreUnavailable, UnusableInput
from cdshooks.settings import Settings

Print = Callable[[str], None]


def add_commands(
    commands: Any,
    common: argparse.ArgumentParser,
    date: Callable[[str], datetime.date],
    run: tuple[Callable[..., None], Callable[..., None]],
) -> None:
    """``commands`` are the program's own subparsers; ``common`` has ``--config``."""
    run_the_store, run_the_report = run
    store = commands.add_parser("store", help="look after the stored evaluations and feedback")
    parts = store.add_subparsers(metavar="ACTION", required=True, dest="action")

    def part(name: str, what: str, before: bool | None) -> None:
        parser = parts.add_parser(name, parents=[common], help=what)
        parser.set_defaults(run=run_the_store)
        if before is None:
            return
        chosen = parser.add_mutually_exclusive_group(required=before)
        chosen.add_argument(
            "--before",
            metavar="YYYY-MM-DD",
            type=date,
            help="only what was stored before this day (of the site's time zone)",
        )
        if before:
            chosen.add_argument("--all", action="store_true", help="everything, today's too")

    part("list", "one line for each evaluation", False)
    part("export", "every row, as lines of JSON", False)
    part("purge", "delete what was stored before a day", True)
    part("migrate", "bring the database to this version; make a copy first", None)
    part("verify", "check that the audit trail is whole", None)
    feedback = commands.add_parser("feedback", help="what users made of the cards")
    figures = feedback.add_subparsers(metavar="ACTION", required=True, dest="action")
    report = figures.add_parser("report", parents=[common], help="figures; no patient in them")
    report.set_defaults(run=run_the_report)
    report.add_argument("--format", choices=("text", "json"), default="text")


def run_store(options: argparse.Namespace, settings: Settings, show: Print) -> None:
    """Raises :class:`UnusableInput` when the database is not there or not of this version."""
    from cdshooks.store import keeping, schema

    database = _database(settings, create=options.action == "migrate")
    try:
        if options.action == "migrate":
            done = schema.migrate(database)
            show("The database was migrated.\n" if done else "Nothing to do.\n")
            return
        _check(database)
        day = getattr(options, "before", None)
        before = _milliseconds(day, settings)
        if options.action == "list":
            for row in keeping.listed(database, before):
                show(_line(row, settings))
        elif options.action == "export":
            for line in keeping.exported(database, before):
                show(line + "\n")
        elif options.action == "verify":
            _verify(keeping.broken_audit_row(database), show)
        else:
            now = datetime.datetime.now(settings.timezone)
            _check_not_ahead(day, now.date())
            until = int(now.timestamp() * 1000) + 1 if before is None else before
            counts = keeping.purge(database, until, now)
            show(f"Deleted: {', '.join(_counted(n, name) for name, n in counts.items())}.\n")
    except schema.WrongSchema as problem:
        raise settings.wrong("database.url", str(problem)) from None
    except StoreUnavailable as problem:
        raise _cannot(settings, problem) from None
    finally:
        database.close()


def run_feedback(options: argparse.Namespace, settings: Settings, show: Print) -> None:
    from cdshooks.cards.override_reasons import offered
    from cdshooks.store.report import as_text, report

    reasons = frozenset((reason["system"], reason["code"]) for reason in offered("en"))
    database = _database(settings)
    try:
        _check(database)
        figures = report(database, settings.timezone, reasons=reasons)
    except StoreUnavailable as problem:
        raise _cannot(settings, problem) from None
    if options.format == "json":
        show(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    else:
        show(as_text(figures))


def _database(settings: Settings, create: bool = False) -> Any:
    from cdshooks.store.database import Database, NotADatabase

    try:
        return Database(settings.database.url, patient=True, create=create)
    except NotADatabase as problem:
        raise settings.wrong("database.url", str(problem)) from None


def _check(database: Any) -> None:
    from cdshooks.store import schema

    if not schema.is_set_up(database):
        raise UnusableInput(
            "the database is empty or of another version: start the service once, or run "
            "cdshooks store migrate"
        )


def _cannot(settings: Settings, problem: StoreUnavailable) -> UnusableInput:
    return UnusableInput(str(settings.wrong("database.url", f"cannot be asked: {problem.problem}")))


def _check_not_ahead(day: datetime.date | None, today: datetime.date) -> None:
    """A day to come would delete all there is, which may be a slip of the pen."""
    if day is not None and day > today:
        raise UnusableInput(f"--before must not be after today, {today}; everything: --all")


def _counted(number: int, things: str) -> str:
    """``1 card``, ``2 cards``; feedback has no plural."""
    return f"{number} {things.removesuffix('s') if number == 1 else things}"


def _milliseconds(day: datetime.date | None, settings: Settings) -> int | None:
    if day is None:
        return None
    start = datetime.datetime.combine(day, datetime.time(), settings.timezone)
    return int(start.timestamp() * 1000)


def _line(row: dict[str, Any], settings: Settings) -> str:
    moment = datetime.datetime.fromtimestamp(row["started_at"] / 1000, settings.timezone)
    when = moment.isoformat(sep=" ", timespec="seconds")
    counts = f"{_counted(row['cards'], 'cards')}, {row['feedback']} feedback"
    return f"{row['id']}  {when}  {row['client']}  {row['service']}  {row['status']}  {counts}\n"


def _verify(broken: int | None, show: Print) -> None:
    if broken is not None:
        raise UnusableInput(f"the audit trail was changed: row {broken} or the one before it")
    show("The audit trail is whole.\n")
