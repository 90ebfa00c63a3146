"""``python -m tests.interop``: sets up the servers and the compiler that the tests need."""

from __future__ import annotations

import sys

from tests.interop.guide import prepare_sushi
from tests.interop.medplum_peer import prepare_medplum
from tests.interop.peers import Unavailable, is_required, prepare_hapi
from tests.interop.postgres import prepare_postgres

PEERS = {
    "HAPI FHIR": prepare_hapi,
    "Medplum": prepare_medplum,
    "PostgreSQL": prepare_postgres,
    "SUSHI": prepare_sushi,
}


def main() -> int:
    status = 0
    for name, prepare in PEERS.items():
        try:
            print(f"{name} is ready in {prepare()}")
        except Unavailable as problem:
            print(problem, file=sys.stderr)
            status = 1 if is_required() else status
    return status


if __name__ == "__main__":
    sys.exit(main())
