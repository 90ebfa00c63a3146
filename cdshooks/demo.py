"""A first look: the service is started and called as an EHR would, with five synthetic patients.

The EHR's part is played here: it reads the discovery document, answers each prefetch template from
the patient's Bundle, posts the hook call over HTTP and shows the cards.
"""

from __future__ import annotations

import datetime
import http.client
import io
import json
import textwrap
import uuid
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import as_file, files
from typing import Any
from urllib.parse import parse_qsl

from cdshooks import logs
from cdshooks.app import create_app, running
from cdshooks.clinical.chart import Chart, Scan, Treatment, TreatmentKind
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.codes import standard_terminology
from cdshooks.fhir.sources import load_source
from cdshooks.hooks import ORDER_SIGN, PATIENT_VIEW, example_context
from cdshooks.settings import Settings

Resource = Mapping[str, Any]

TODAY = datetime.date(2025, 9, 10)
"""The day on which the demo's patients are seen; their records end shortly before it."""

PATIENTS = (
    ("refractory", "three TACE sessions, and the treated tumours kept growing"),
    ("effective", "the treated tumour shrinks, but new disease appears elsewhere"),
    ("not-enough-data", "three TACE sessions, but the record leaves out what matters"),
    ("unsuitable", "the tumours are stable, but the liver can bear no further TACE"),
    ("two-sessions", "the tumour grows after only two TACE sessions"),
)


def run_demo(settings: Settings, show: Callable[[str], None]) -> None:
    logs.configure(io.StringIO())  # the cards are what is to be read here
    app = create_app(settings, dev=True, clock=_clock(settings))
    with running(app) as port:
        ehr = Ehr(port)
        show(_introduction(ehr))
        verdicts = []
        for number, (name, story) in enumerate(PATIENTS, start=1):
            show(_heading(number, name, story))
            bundle = _bundle(name)
            cards = ehr.cards(bundle, "en")
            verdicts.append(
                f"{number}. {story[0].upper()}{story[1:]}.\n   {cards[0]['summary']}.\n"
            )
            first = number == 1
            show(f"{_who(bundle)}\n\n{_timeline(_chart(name, settings))}\n{_shown(cards, first)}")
            if first:
                show("\nThe same cards for a call with Accept-Language: zh begin\n")
                show(_shown(ehr.cards(bundle, "zh"), whole=False))
                show(_guarded(ehr.signing(bundle)))
                show("\nOf the other patients too only the beginning of each card is shown.\n")
        show("\n\nIn short\n\n" + "".join(verdicts) + _farewell())


class Ehr:
    """A small EHR: it knows the service's address, and asks it about a patient."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.port = port
        services = self._ask("GET", "/cds-services")["services"]
        self.services = {service["hook"]: service for service in services}
        self.service = self.services[PATIENT_VIEW]

    def cards(self, bundle: Resource, language: str) -> list[dict[str, Any]]:
        """The chart is opened."""
        return self._cards(self.service, bundle, language, {})

    def signing(self, bundle: Resource) -> list[dict[str, Any]] | None:
        """A further TACE is about to be signed; None when the service is not asked about that."""
        service = self.services.get(ORDER_SIGN)
        if service is None:
            return None
        context = example_context(ORDER_SIGN, _patient(bundle)["id"], standard_terminology())
        return self._cards(service, bundle, "en", context)

    def _cards(
        self, service: Resource, bundle: Resource, language: str, context: Resource
    ) -> list[dict[str, Any]]:
        resources = [entry["resource"] for entry in bundle["entry"]]
        patient_id = _patient(bundle)["id"]
        call = {
            "hook": service["hook"],
            "hookInstance": str(uuid.uuid4()),
            "context": {**context, "userId": "Practitioner/demo", "patientId": patient_id},
            "prefetch": {
                key: prefetched(template.replace("{{context.patientId}}", patient_id), resources)
                for key, template in service["prefetch"].items()
            },
        }
        path = f"/cds-services/{service['id']}"
        cards: list[dict[str, Any]] = self._ask("POST", path, call, language)["cards"]
        return cards

    def _ask(self, method: str, path: str, body: Any = None, language: str = "en") -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json", "Accept-Language": language}
        connection.request(method, path, body and json.dumps(body), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status}")
        return answer


def prefetched(query: str, resources: list[Any]) -> Resource | None:
    """What a FHIR server answers to one prefetch query: the resource read, or a searchset."""
    kind, _, rest = query.partition("?")
    if "/" in kind:
        kind, _, wanted = kind.partition("/")
        return next((r for r in resources if (r["resourceType"], r["id"]) == (kind, wanted)), None)
    filters = [(name, value.split(",")) for name, value in parse_qsl(rest)]
    found = [
        resource
        for resource in resources
        if resource["resourceType"] == kind
        and all(_has(resource, name, values) for name, values in filters)
    ]
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in found]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}


def _has(resource: Resource, name: str, values: list[str]) -> bool:
    if name == "patient":
        reference = resource.get("subject") or resource.get("patient") or {}
        return reference.get("reference") == f"Patient/{values[0]}"
    if name.startswith("_"):
        return True
    return not set(values).isdisjoint(_tokens(resource.get(name)))


def _tokens(element: Any) -> Iterator[str]:
    """``code`` and ``system|code`` of a code, a CodeableConcept, or a list of them."""
    if isinstance(element, str):
        yield element
    elif isinstance(element, list):
        for part in element:
            yield from _tokens(part)
    elif isinstance(element, dict):
        for coding in element.get("coding", ()):
            yield coding["code"]
            yield f"{coding.get('system', '')}|{coding['code']}"


def _clock(settings: Settings) -> Callable[[], datetime.datetime]:
    morning = datetime.datetime.combine(TODAY, datetime.time(9), settings.timezone)
    return lambda: morning


def _introduction(ehr: Ehr) -> str:
    return (
        f"A CDS Hooks service is running at {ehr.address} in sandbox mode (--dev).\n"
        f"For the demo its clock is set to {TODAY}: a hook judges as of today, and these\n"
        "synthetic records end shortly before. For each patient an EHR opens the chart\n"
        f"(hook {ehr.service['hook']}), sends the record along and shows the cards it gets back.\n"
    )


def _heading(number: int, name: str, story: str) -> str:
    line = f"Patient {number} of {len(PATIENTS)} ({name}): {story}"
    return f"\n{'=' * len(line)}\n{line}\n{'=' * len(line)}\n\n"


def _bundle(name: str) -> Resource:
    file = files("cdshooks") / "demo_patients" / f"{name}.json"
    bundle: Resource = json.loads(file.read_text(encoding="utf-8"))
    return bundle


def _chart(name: str, settings: Settings) -> Chart:
    with as_file(files("cdshooks") / "demo_patients" / f"{name}.json") as path:
        record = load_source(str(path))
    return chart_of(record, site_timezone=settings.service.site_timezone)


def _patient(bundle: Resource) -> Resource:
    resources = (entry["resource"] for entry in bundle["entry"])
    return next(one for one in resources if one["resourceType"] == "Patient")


def _guarded(cards: list[dict[str, Any]] | None) -> str:
    """The answer to an order, with what the cards offer to do."""
    if cards is None:
        return ""
    offered = [one for card in cards for one in card.get("suggestions", [])]
    return (
        "\nWhen another TACE is about to be signed (hook order-sign), the answer begins\n"
        + _shown(cards, whole=False)
        + "\n      What can be accepted with one click, always a draft or a proposal:\n"
        + "".join(f"      - {one['label']}: {_actions(one)}\n" for one in offered)
    )


def _actions(suggestion: Resource) -> str:
    found = []
    for action in suggestion["actions"]:
        resource = action.get("resource", {})
        found.append(f"{action['type']} {resource.get('resourceType') or action['resourceId']}")
    return ", ".join(found)


def _who(bundle: Resource) -> str:
    patient = _patient(bundle)
    born = datetime.date.fromisoformat(patient["birthDate"])
    age = TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))
    person = {"female": "woman", "male": "man"}[patient["gender"]]
    return (
        f"Who: {patient['name'][0]['given'][0]}, a {person} of {age} with liver cancer (synthetic)."
    )


def _timeline(chart: Chart) -> str:
    events = [(t.start, _treatment(t)) for t in chart.treatments]
    events += [(scan.date, _scan(scan, chart)) for scan in chart.scans]
    lines = (f"  {day}  {what}\n" for day, what in sorted(events))
    return "What happened:\n" + "".join(lines)


def _treatment(treatment: Treatment) -> str:
    attested = {True: "", False: " (not standardised)", None: " (technique not recorded)"}
    name = "cTACE" if treatment.kind is TreatmentKind.CTACE else treatment.kind.upper()
    return f"{name}{attested[treatment.standardised]}"


def _scan(scan: Scan, chart: Chart) -> str:
    modality = scan.modality.value if scan.modality else "Scan"
    sizes = [
        f"{chart.lesions[m.lesion].label} {m.mm.normalize():f} mm"
        for m in scan.measurements
        if m.mm is not None
    ]
    seen = [
        words
        for words, statements in (
            ("NEW LIVER LESION", scan.new_intrahepatic_lesion),
            ("INVASION OF A VESSEL", scan.vascular_invasion),
            ("SPREAD OUTSIDE THE LIVER", scan.extrahepatic_spread),
        )
        if any(statement.answer for statement in statements)
    ]
    return "; ".join([f"{modality}: viable tumour {', '.join(sizes)}", *seen])


def _shown(cards: list[dict[str, Any]], whole: bool) -> str:
    return "".join(
        f"\n  [{card['indicator']}] {card['summary']}\n\n"
        + _plain(card["detail"] if whole else _beginning(card["detail"]))
        for card in cards
    )


def _beginning(markdown: str) -> str:
    """Up to the end of the first list that has a title."""
    blocks = markdown.split("\n\n")
    titles = [place for place, block in enumerate(blocks) if block.startswith("**")]
    return "\n\n".join(blocks[: titles[1]] if len(titles) > 1 else blocks)


def _plain(markdown: str) -> str:
    """The card's Markdown for a terminal: titles without stars, long lines broken."""
    lines = []
    for line in markdown.replace("**", "").splitlines():
        margin = " " * 6
        hanging = margin + ("  " if line.startswith("- ") else "")
        lines.append(
            textwrap.fill(
                line,
                98,
                initial_indent=margin,
                subsequent_indent=hanging,
                break_on_hyphens=False,
            )
        )
    return "\n".join(lines) + "\n"


def _farewell() -> str:
    return (
        "\nThe demo is over. What it runs on is installed in .venv; in a shell of your own:\n"
        "  . .venv/bin/activate\n"
        "To judge a record of your own, as a FHIR Bundle:\n"
        "  python -m cdshooks evaluate BUNDLE.json --as-of YYYY-MM-DD\n"
        "To run the service as a sandbox for a real client:\n"
        "  python -m cdshooks serve --dev\n"
    )
