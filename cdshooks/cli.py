"""The command line: judge, examine, serve, look after what is stored, make the book, show."""

from __future__ import annotations

import argparse
import datetime
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from msgspec.structs import replace

from cdshooks import __version__
from cdshooks.errors import CdsHooksError, ConfigurationError, UnusableInput
from cdshooks.settings import Limits, Settings, load_settings
from cdshooks.store_cli import add_commands, run_feedback, run_store

if TYPE_CHECKING:
    from cdshooks.fhir.record import Record

JUDGED, UNUSABLE, OUR_MISTAKE = 0, 2, 1
TOKEN_VARIABLE = "CDSHOOKS_FHIR_TOKEN"
PATIENCE_SECONDS = 60.0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UnusableInput(f"{message} (see {self.prog} --help)")


def run() -> NoReturn:
    """The console script: one command, then exit with its status."""
    raise SystemExit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; what is wrong with the input is one line on stderr and exit status 2."""
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace, Settings], None] = options.run
        command(options, load_settings(options.config))
        sys.stdout.flush()
        return JUDGED
    except CdsHooksError as error:
        return _complain(str(error), UNUSABLE)
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return JUDGED
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # its text may hold the record's values: say only what and where
        from cdshooks.logs import place_of

        problem = f"internal error: {type(error).__name__} at {place_of(error)}"
        return _complain(problem, OUR_MISTAKE)


def _complain(text: str, status: int) -> int:
    line = " ".join(text.split())
    # an argument's bytes that the locale could not read are given back as they came
    sys.stderr.buffer.write(f"cdshooks: {line}\n".encode(errors="surrogateescape"))
    return status


def _print(text: str) -> None:
    """UTF-8 with plain newlines, whatever the locale says."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="cdshooks", description="TACE refractoriness by published consensus.")
    parser.add_argument("--version", action="version", version=f"cdshooks {__version__}")
    commands = parser.add_subparsers(
        metavar="COMMAND", required=True, dest="command", parser_class=_Parser
    )
    common = _Parser(add_help=False)
    common.add_argument("--config", metavar="FILE", help="TOML file with the settings")

    judged = _Parser(add_help=False)
    judged.add_argument(
        "source",
        metavar="SOURCE",
        help="a Bundle file, a folder of NDJSON files, or a FHIR base URL",
    )
    judged.add_argument("--patient", metavar="ID", type=_patient_id, help="p-1 or Patient/p-1")
    judged.add_argument(
        "--as-of",
        metavar="YYYY-MM-DD",
        type=_date,
        help="judge as of this day (default: today in service.site_timezone, Asia/Shanghai unless "
        "configured)",
    )
    judged.add_argument(
        "--readings", metavar="PROFILE_OR_FILE", help="how ambiguous sentences are read"
    )
    judged.add_argument("--lang", choices=("en", "zh"), help="language of labels and texts")
    judged.add_argument("--format", choices=("text", "json", "cards"), default="text")

    evaluate = commands.add_parser(
        "evaluate", parents=[common, judged], help="judge one patient's TACE course"
    )
    evaluate.set_defaults(run=_evaluate)
    explain = commands.add_parser(
        "explain", parents=[common, judged], help="the same, with every step of the judgement"
    )
    explain.set_defaults(run=_evaluate)
    doctor = commands.add_parser(
        "doctor",
        parents=[common],
        help="what a FHIR server gives of one patient, in which shape, and what is missing",
    )
    doctor.add_argument(
        "source", metavar="FHIR_BASE", help="a FHIR base URL (or a Bundle file, or a folder)"
    )
    doctor.add_argument("--patient", metavar="ID", type=_patient_id, help="p-1 or Patient/p-1")
    doctor.add_argument("--lang", choices=("en", "zh"), help="language of the text")
    doctor.add_argument("--format", choices=("text", "json"), default="text")
    doctor.set_defaults(run=_doctor)
    serve = commands.add_parser("serve", parents=[common], help="run the CDS Hooks service")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8080)
    serve.add_argument(
        "--dev", action="store_true", help="sandbox mode: no client authentication, loopback FHIR"
    )
    serve.set_defaults(run=_serve)
    book = commands.add_parser(
        "book", parents=[common], help="all that the service knows as one HTML page to print"
    )
    book.add_argument("-o", "--output", metavar="FILE", help="write it here (default: stdout)")
    book.set_defaults(run=_book)
    add_commands(commands, common, _date, run=(_store, _feedback))
    demo = commands.add_parser(
        "demo", parents=[common], help="start the service and call it with synthetic patients"
    )
    demo.set_defaults(run=_demo)
    return parser


def _date(text: str) -> datetime.date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            pass
    raise argparse.ArgumentTypeError("must be a day, as 2023-05-23 is")


def _patient_id(text: str) -> str:
    from cdshooks.fhir.references import is_id

    patient_id = text.removeprefix("Patient/")
    if is_id(patient_id):
        return patient_id
    raise argparse.ArgumentTypeError("must be a patient's id, as p-1 or Patient/p-1")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError("must be a number from 0 to 65535")


def _evaluate(options: argparse.Namespace, settings: Settings) -> None:
    import orjson

    from cdshooks.cards.assessment_json import assessment_json
    from cdshooks.cards.parts import Telling
    from cdshooks.cards.text import assessment_text, explain_text
    from cdshooks.consensus import KNOWLEDGE_VERSION
    from cdshooks.consensus.guide import guide
    from cdshooks.consensus.readings import ReadingsError, load_readings
    from cdshooks.doctor.hints import hints_text
    from cdshooks.doctor.procedures import count_unknown
    from cdshooks.fhir.charting import chart_of
    from cdshooks.fhir.codes import site_terminology

    try:
        readings = load_readings(options.readings or settings.knowledge.readings)
    except ReadingsError as error:
        if options.readings:
            raise UnusableInput(f"--readings: {error}") from None
        raise settings.wrong("knowledge.readings", str(error)) from None
    terminology = site_terminology(settings)
    record = _record(options, settings)
    chart = chart_of(
        record,
        site_timezone=settings.service.site_timezone,
        terminology=terminology,
    )
    as_of = options.as_of or _today(settings)
    assessment = guide(chart, as_of, readings)
    language = options.lang or settings.service.language
    if options.format == "json":
        _print(assessment_json(assessment, language))
    elif options.format == "cards":
        from cdshooks.hooks import EVERYTHING, PATIENT_VIEW, Asked, told

        asked, telling = Asked(PATIENT_VIEW), Telling(language, KNOWLEDGE_VERSION)
        cards = told(asked, chart, assessment, telling, terminology, EVERYTHING)
        _print(orjson.dumps({"cards": cards}, option=orjson.OPT_INDENT_2).decode() + "\n")
    elif options.command == "explain":
        _print(explain_text(assessment, language))
    else:
        unknown = count_unknown(record, chart, terminology)
        hints = hints_text(len(assessment.notes), unknown, language)
        _print(assessment_text(assessment, language) + hints)


def _record(options: argparse.Namespace, settings: Settings) -> Record:
    """From a file or folder, or from a FHIR server; it is given more time than in a hook call."""
    from cdshooks.fhir.gather import gather_from_server
    from cdshooks.fhir.sources import load_source

    if not _is_url(options):
        return load_source(options.source, options.patient)
    limits = _with_patience(settings)
    return gather_from_server(options.source, options.patient, _token(), limits=limits)


def _today(settings: Settings) -> datetime.date:
    return datetime.datetime.now(settings.timezone).date()


def _is_url(options: argparse.Namespace) -> bool:
    is_url = str(options.source).startswith(("http://", "https://"))
    if is_url and options.patient is None:
        raise UnusableInput("--patient is needed with a FHIR base URL")
    return is_url


def _token() -> str | None:
    return os.environ.get(TOKEN_VARIABLE) or None


def _with_patience(settings: Settings) -> Limits:
    return replace(settings.limits, deadline_seconds=PATIENCE_SECONDS)


def _doctor(options: argparse.Namespace, settings: Settings) -> None:
    import orjson

    from cdshooks.doctor.examination import as_json, examine_record, examine_server
    from cdshooks.doctor.text import examination_text
    from cdshooks.fhir.codes import site_terminology
    from cdshooks.fhir.gather import server_of_command_line
    from cdshooks.fhir.recent_labs import labs_since
    from cdshooks.fhir.sources import load_source

    zone, terminology = settings.service.site_timezone, site_terminology(settings)
    if _is_url(options):
        examination = examine_server(
            server_of_command_line(options.source, _token(), limits=_with_patience(settings)),
            options.patient,
            site_timezone=zone,
            terminology=terminology,
            seconds_of_call=settings.limits.deadline_seconds,
            labs_since=labs_since(_today(settings)) if settings.service.prefetch_today else None,
        )
    else:
        record = load_source(options.source, options.patient)
        examination = examine_record(record, site_timezone=zone, terminology=terminology)
    if options.format == "json":
        _print(orjson.dumps(as_json(examination), option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        _print(examination_text(examination, options.lang or settings.service.language))


def _serve(options: argparse.Namespace, settings: Settings) -> None:
    import structlog

    from cdshooks import logs
    from cdshooks.app import create_app, create_server

    logs.configure()
    app = create_app(settings, dev=options.dev)
    try:
        server = create_server(app, options.host, options.port)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}"
        ) from None
    log = structlog.get_logger()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(JUDGED))
    try:
        log.info("keeping data", database=app.extensions["cdshooks"].database.shown)
        server.run()
    finally:
        log.info("stopped")


def _book(options: argparse.Namespace, _settings: Settings) -> None:
    from cdshooks.book.render import book
    from cdshooks.book.scenarios import source_tree

    root = source_tree(Path(__file__).parent)
    if root is None:
        sys.stderr.write("cdshooks: no source tree beside the program: scenarios are left out\n")
    page = book(root)
    if options.output is None:
        _print(page)
        return
    try:
        Path(options.output).write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UnusableInput(f"cannot write {options.output}: {error.strerror}") from None


def _store(options: argparse.Namespace, settings: Settings) -> None:
    run_store(options, settings, _print)


def _feedback(options: argparse.Namespace, settings: Settings) -> None:
    run_feedback(options, settings, _print)


def _demo(_options: argparse.Namespace, settings: Settings) -> None:
    from cdshooks.demo import run_demo

    run_demo(settings, _print)
