"""The command line, from outside: what it prints, where, and with which exit status."""

from __future__ import annotations

import datetime
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cdshooks.app import create_app
from cdshooks.settings import Database, Settings
from tests.web.calls import patient_call
from tests.web.fhir_server import fhir_server

DEMO = Path(str(files("cdshooks") / "demo_patients"))
REFRACTORY = str(DEMO / "refractory.json")
AS_OF = ("--as-of", "2025-09-10")
CHINESE = re.compile("[\u4e00-\u9fff]")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cdshooks", *arguments],
        capture_output=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


def printed(*arguments: str, **environment: str) -> str:
    done = run(*arguments, **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\r" not in done.stdout
    assert not done.stdout or done.stdout.endswith(b"\n")
    return done.stdout.decode("utf-8")


def complaint(*arguments: str, **environment: str) -> str:
    done = run(*arguments, **environment)
    assert done.returncode == 2, done
    assert done.stdout == b""
    lines = done.stderr.decode("utf-8").splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_json():
    text = printed("evaluate", REFRACTORY, *AS_OF, "--format", "json")
    assessment = json.loads(text)
    assert assessment["schema"] == "tace-assessment/1"
    assert assessment["patient"] == "Patient/demo-refractory"
    assert assessment["asOf"] == "2025-09-10"
    assert assessment["definitions"]["cci-2022"]["verdict"] == "met"
    assert text == json.dumps(assessment, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("output", ["json", "text"])
@pytest.mark.parametrize("command", ["evaluate", "explain"])
def test_the_same_input_gives_the_same_bytes(command, output):
    arguments = (command, REFRACTORY, *AS_OF, "--lang", "zh", "--format", output)
    assert run(*arguments).stdout == run(*arguments, PYTHONHASHSEED="7").stdout


def test_language_changes_only_labels_and_texts():
    english, chinese = (
        json.loads(printed("evaluate", REFRACTORY, *AS_OF, "--format", "json", "--lang", lang))
        for lang in ("en", "zh")
    )

    def without_texts(value):
        if isinstance(value, dict):
            return {k: without_texts(v) for k, v in value.items() if k not in ("label", "text")}
        return [without_texts(item) for item in value] if isinstance(value, list) else value

    assert english != chinese
    assert without_texts(english) == without_texts(chinese)


def test_text_is_the_default():
    assert printed("evaluate", REFRACTORY, *AS_OF) == printed(
        "evaluate", REFRACTORY, *AS_OF, "--format", "text", "--lang", "en"
    )
    assert CHINESE.search(printed("evaluate", REFRACTORY, *AS_OF, "--lang", "zh"))


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "2 procedures with codes that are not recognised, perhaps a TACE among them: "
                "doctor lists the codes",
                "1 note on the record: see explain",
            ],
        ),
        (
            "zh",
            [
                "2项操作的编码未能识别，未知其中是否有TACE：doctor列出这些编码",
                "病历备注1条：见explain",
            ],
        ),
    ],
)
def test_what_was_passed_over_or_noted_is_counted_at_the_end(tmp_path, lang, lines):
    bundle = json.loads(Path(REFRACTORY).read_text(encoding="utf-8"))
    sessions = [e["resource"] for e in bundle["entry"] if e["resource"]["id"][-2:] in ("t0", "t1")]
    for session in sessions:
        session["code"] = {"coding": [{"system": "https://h.example.org", "code": "TACE-01"}]}
    noted = next(e["resource"] for e in bundle["entry"] if e["resource"]["id"].endswith("-vi"))
    noted["status"] = "preliminary"
    path = tmp_path / "record.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    text = printed("evaluate", str(path), *AS_OF, "--lang", lang)
    assert text.splitlines()[-3:] == ["", *lines]


def test_explain_names_the_statements():
    text = printed("explain", REFRACTORY, *AS_OF)
    assert "CCI-C1" in text
    assert "Procedure/demo-refractory-t0" in text


def test_cards():
    response = json.loads(printed("evaluate", REFRACTORY, *AS_OF, "--format", "cards"))
    assert response.keys() == {"cards"}
    kinds = [card["extension"]["org.tace-cds.assessment"]["card"] for card in response["cards"]]
    assert kinds[0] == "status"


@pytest.mark.parametrize("locale", ["C", "POSIX", "zh_CN.GBK"])
def test_utf8_whatever_the_locale(locale):
    environment = {"LC_ALL": locale, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert CHINESE.search(printed("evaluate", REFRACTORY, *AS_OF, "--lang", "zh", **environment))
    assert "患者" in complaint("evaluate", "患者.json", **environment)


def test_the_patient_may_be_named_either_way():
    for name in ("demo-refractory", "Patient/demo-refractory"):
        assert printed("evaluate", REFRACTORY, *AS_OF, "--patient", name)


def test_readings_by_profile_and_by_file(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('profile = "literal-cci"\nwindow_hi = 100\n', encoding="utf-8")
    for readings, high in (("literal-cci", 90), (str(own), 100)):
        assessment = json.loads(
            printed("evaluate", REFRACTORY, *AS_OF, "--format", "json", "--readings", readings)
        )
        assert assessment["readings"]["profile"] == "literal-cci"
        assert assessment["readings"]["window_hi"] == high


def test_the_configuration_gives_language_and_readings(tmp_path):
    (tmp_path / "own.toml").write_text("window_hi = 100\n", encoding="utf-8")
    site = tmp_path / "site.toml"
    site.write_text(
        '[service]\nlanguage = "zh"\n[knowledge]\nreadings = "own.toml"\n', encoding="utf-8"
    )
    arguments = ("evaluate", REFRACTORY, *AS_OF, "--config", str(site))
    assert CHINESE.search(printed(*arguments))
    assert json.loads(printed(*arguments, "--format", "json"))["readings"]["window_hi"] == 100


def test_as_of_is_today_in_the_sites_time_zone():
    text = printed("evaluate", REFRACTORY, "--format", "json")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", json.loads(text)["asOf"])


def test_a_folder_of_ndjson(tmp_path):
    bundle = json.loads(Path(REFRACTORY).read_text(encoding="utf-8"))
    for entry in bundle["entry"]:
        resource = entry["resource"]
        with (tmp_path / f"{resource['resourceType']}.ndjson").open("a", encoding="utf-8") as file:
            file.write(json.dumps(resource) + "\n")
    arguments = (*AS_OF, "--format", "json")
    whole, parts = (
        json.loads(printed("evaluate", source, *arguments))
        for source in (REFRACTORY, str(tmp_path))
    )
    assert whole == parts


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("evaluate", "nowhere.json"), "nowhere.json"),
        (("evaluate", REFRACTORY, "--as-of", "2025-02-30"), "--as-of"),
        (("evaluate", REFRACTORY, "--as-of", "yesterday"), "--as-of"),
        (("evaluate", REFRACTORY, "--as-of", "20250910"), "--as-of"),
        (("evaluate", REFRACTORY, "--readings", "my-own"), "my-own"),
        (("evaluate", REFRACTORY, "--lang", "fr"), "--lang"),
        (("evaluate", REFRACTORY, "--format", "xml"), "--format"),
        (("evaluate", REFRACTORY, "--patient", "somebody-else"), "--patient"),
        (("evaluate", REFRACTORY, "--patient", "../etc"), "--patient"),
        (("evaluate", REFRACTORY, "--config", "nowhere.toml"), "nowhere.toml"),
        (("evaluate", "http://127.0.0.1:9/fhir"), "--patient"),
        (("evaluate",), "SOURCE"),
        (("judge", REFRACTORY), "judge"),
        ((), "COMMAND"),
        (("serve", "--port", "x"), "--port"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--dev", "--config", "nowhere.toml"), "nowhere.toml"),
        (("demo", "--config", "nowhere.toml"), "nowhere.toml"),
    ],
    ids=str,
)
def test_unusable_input_is_one_line_and_exit_2(arguments, named):
    assert named in complaint(*arguments)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"resourceType":"Patient"}', "\x00"])
def test_a_file_that_is_no_record(tmp_path, content):
    path = tmp_path / "record.json"
    path.write_text(content, encoding="utf-8")
    assert "record.json" in complaint("evaluate", str(path))


def test_a_fhir_server():
    arguments = (*AS_OF, "--format", "json")
    with fhir_server(token="secret-token") as server:
        text = printed("evaluate", server.base, "--patient", "Patient/demo-refractory", *arguments,
                       CDSHOOKS_FHIR_TOKEN="secret-token")  # fmt: skip
        assert text == printed("evaluate", REFRACTORY, *arguments)
        refused = complaint("evaluate", server.base, "--patient", "demo-refractory", *arguments,
                            CDSHOOKS_FHIR_TOKEN="wrong-token")  # fmt: skip
        assert "wrong-token" not in refused
        nobody = complaint("evaluate", server.base, "--patient", "nobody", *arguments,
                           CDSHOOKS_FHIR_TOKEN="secret-token")  # fmt: skip
        assert "patient" in nobody


def test_a_server_that_does_not_answer():
    line = complaint("evaluate", "http://127.0.0.1:9/fhir", "--patient", "p-1",
                     CDSHOOKS_FHIR_TOKEN="canary")  # fmt: skip
    assert "canary" not in line


def test_serve_without_dev_says_what_to_configure():
    line = complaint("serve")
    assert "--dev" in line and "clients" in line


KEY = {"CDSHOOKS_HASH_KEY": "a long random text"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("store", "list"), "database.url"),
        (("store", "purge"), "--before"),
        (("store", "purge", "--before", "soon"), "--before"),
        (("store", "purge", "--before", "2025-01-01", "--all"), "--all"),
        (("store", "list", "--all"), "--all"),
        (("store", "shred"), "shred"),
        (("feedback",), "ACTION"),
        (("feedback", "report"), "database.url"),
        (("feedback", "report", "--format", "xml"), "--format"),
    ],
    ids=str,
)
def test_commands_on_a_database_that_is_not_there(tmp_path, arguments, named):
    url = f"sqlite:///{tmp_path}/none.db"
    assert named in complaint(*arguments, CDSHOOKS_DATABASE_URL=url)
    assert list(tmp_path.iterdir()) == []


def test_a_database_url_is_never_repeated(tmp_path):
    for url in ("mysql://u:secret@h/d", "postgresql+psycopg://u:secret@127.0.0.1:9/d"):
        assert "secret" not in complaint("store", "list", CDSHOOKS_DATABASE_URL=url)


def test_migrate_sets_up_and_an_empty_report_is_a_report(tmp_path):
    where = {"CDSHOOKS_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    assert "migrated" in printed("store", "migrate", **where)
    assert "Nothing to do" in printed("store", "migrate", **where)
    assert "nothing stored yet" in printed("feedback", "report", **where)
    figures = json.loads(printed("feedback", "report", "--format", "json", **where))
    assert figures["volume"]["calls"] == 0
    assert run("store", "list", **where).stdout == b""


def test_a_day_to_come_is_not_purged(tmp_path):
    where = {"CDSHOOKS_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    printed("store", "migrate", **where)
    zone = ZoneInfo("Asia/Shanghai")
    today = datetime.datetime.now(zone).date()
    for days in (1, 10_000):
        ahead = str(today + datetime.timedelta(days=days))
        line = complaint("store", "purge", "--before", ahead, **where)
        assert "must not be after today" in line and "--all" in line
    nothing = "Deleted: 0 feedback, 0 suggestions, 0 cards, 0 evaluations.\n"
    if datetime.datetime.now(zone).date() == today:
        assert printed("store", "purge", "--before", str(today), **where) == nothing
    assert printed("store", "purge", "--all", **where) == nothing


def test_what_is_stored_is_counted_in_words(tmp_path):
    url = f"sqlite:///{tmp_path}/kept.db"
    client = create_app(Settings(database=Database(url=url), keeps_data=True), dev=True)
    with client.test_client() as caller:
        answer = caller.post("/cds-services/tace-refractoriness", json=patient_call(caller))
    cards = len(answer.get_json()["cards"])
    client.extensions["cdshooks"].database.close()
    listed = printed("store", "list", CDSHOOKS_DATABASE_URL=url)
    assert f"  200  {cards} cards, 0 feedback" in listed
    deleted = printed("store", "purge", "--all", CDSHOOKS_DATABASE_URL=url)
    assert deleted.endswith(f"{cards} cards, 1 evaluation.\n")
    assert printed("store", "list", CDSHOOKS_DATABASE_URL=url) == ""


def test_serve_with_a_client_and_without_the_key(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text(
        '[service]\naudience_base = "https://cds.example.org"\n'
        '[clients.h]\nissuer = "i"\njwks_file = "keys.json"\n',
        encoding="utf-8",
    )
    assert "CDSHOOKS_HASH_KEY" in complaint("serve", "--config", str(site))
    assert "clients.h.jwks_file" in complaint("serve", "--config", str(site), **KEY)


def test_a_reader_that_stops_early_is_no_error():
    command = f"{sys.executable} -m cdshooks explain {REFRACTORY} | head -c 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True,
                          timeout=60, check=False)  # fmt: skip
    assert done.stderr == b""


def blocks(kind: str) -> list[str]:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)


def test_the_readmes_worked_patient_is_what_is_printed():
    (worked,) = blocks("text")
    assert printed("evaluate", REFRACTORY, *AS_OF) == worked


def test_the_readmes_patient_written_by_hand(tmp_path):
    (record,) = blocks("json")
    (tmp_path / "p-1.json").write_text(record, encoding="utf-8")
    text = printed("evaluate", str(tmp_path / "p-1.json"), "--as-of", "2023-05-23")
    first = "TACE-refractory by CCI 2022: target lesions PD after 3 TACE sessions (provisional)"
    assert text.splitlines()[1] == first


def test_help_and_version():
    assert "evaluate" in printed("--help")
    assert printed("--version").startswith("cdshooks ")


def test_the_book(tmp_path):
    page = printed("book")
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    assert printed("book", "-o", str(tmp_path / "book.html"), PYTHONUTF8="0") == ""
    assert (tmp_path / "book.html").read_bytes().decode("utf-8") == page
    assert "cannot write" in complaint("book", "-o", str(tmp_path / "missing" / "book.html"))


def logged(server: subprocess.Popen[bytes], lines: int) -> list[dict[str, object]]:
    assert server.stderr is not None
    return [json.loads(server.stderr.readline()) for _ in range(lines)]


@pytest.mark.parametrize("clients", [False, True])
def test_the_log_says_where_data_is_kept_and_when_the_service_stops(tmp_path, clients):
    """A sandbox on the configuration of a real service leaves its database alone."""
    site = tmp_path / "site.toml"
    site.write_text(
        '[service]\naudience_base = "https://cds.example.org"\n[database]\nurl="sqlite:///s.db"\n'
        + ('[clients.h]\nissuer = "i"\njwks_file = "keys.json"\n' if clients else ""),
        encoding="utf-8",
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "cdshooks", "serve", "--dev", "--port", "0", "--config", str(site)],
        stderr=subprocess.PIPE,
    )
    try:
        events = logged(server, 4 if clients else 3)
        kept = "in memory" if clients else f"sqlite:///{tmp_path}/s.db"
        assert events[-1]["event"] == "keeping data"
        assert events[-1]["database"] == kept
        ignored = "configured clients are not used" in str(events[1]["event"])
        assert ignored is clients
        assert (tmp_path / "s.db").exists() is not clients
        server.send_signal(signal.SIGTERM)
        assert [event["event"] for event in logged(server, 1)] == ["stopped"]
        assert server.wait(10) == 0
    finally:
        server.kill()
        server.wait(10)
        assert server.stderr is not None
        server.stderr.close()


def test_serve_dev_answers_and_stops():
    server = subprocess.Popen(
        [sys.executable, "-m", "cdshooks", "serve", "--dev", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert server.stderr is not None
        warning, listening = (json.loads(server.stderr.readline()) for _ in range(2))
        assert warning["level"] == "warning" and "NO CLIENT AUTHENTICATION" in warning["event"]
        url = f"http://127.0.0.1:{listening['port']}/cds-services"
        with urllib.request.urlopen(url, timeout=10) as response:
            assert json.load(response)["services"]
        second = run("serve", "--dev", "--port", str(listening["port"]))
        assert second.returncode == 2
        assert str(listening["port"]) in second.stderr.decode().splitlines()[-1]
    finally:
        server.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert server.wait(10) == 0
        assert time.monotonic() - started < 8
        server.stderr.close()
        server.stdout.close()
