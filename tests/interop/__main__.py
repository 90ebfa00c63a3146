"""``python -m tests.interop``: sets up the servers and the compiler that the tests need.

With ``hapi`` it runs HAPI FHIR until it is interrupted, for whoever wants a server to try.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from tests.interop.guide import prepare_sushi
from tests.interop.medplum_peer import prepare_medplum
from tests.interop.peers import Unavailable, is_required, prepare_hapi, running_hapi
from tests.interop.postgres import prepare_postgres

PEERS = {
    "HAPI FHIR": prepare_hapi,
    "Medplum": prepare_medplum,
    "PostgreSQL": prepare_postgres,
    "SUSHI": prepare_sushi,
}
WRONG_USE = 2


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        return prepare()
    if list(arguments) == ["hapi"]:
        return run_hapi()
    print("usage: python -m tests.interop [hapi]", file=sys.stderr)
    return WRONG_USE


def prepare() -> int:
    status = 0
    for name, made_ready in PEERS.items():
        try:
            print(f"{name} is ready in {made_ready()}")
        except Unavailable as problem:
            print(problem, file=sys.stderr)
            status = 1 if is_required() else status
    return status


def run_hapi() -> int:
    """Its base is the one line on stdout, to be typed into another shell."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with running_hapi(prepare_hapi()) as server:
            print(f"export FHIR={server.base}", flush=True)
            print(f"HAPI FHIR {server.version} runs until Ctrl-C", file=sys.stderr)
            while True:
                signal.pause()
    except Unavailable as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
