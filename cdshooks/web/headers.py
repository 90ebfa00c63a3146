"""Headers of every answer: what a browser may do with it, and which pages may read it (CORS)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, g, request

from cdshooks.settings import Client

SHARED = ("/cds-services", "/evaluations/")
"""Where pages of other origins may be let in at all."""

SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def add_security_headers(response: Response) -> Response:
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    return response


def cors(clients: Mapping[str, Client], dev: bool) -> Callable[[Response], Response]:
    """Which page may read the answer; never with the browser's own credentials.

    Discovery holds no patient data: any page. An authenticated answer, an error too: the pages of
    that client. What has no client, a preflight or a 401: the pages of all clients. In the sandbox
    mode: any page.
    """
    of_all = frozenset(origin for client in clients.values() for origin in client.origins)

    def add(response: Response) -> Response:
        if not request.path.startswith(SHARED):
            return response
        origin = request.headers.get("Origin")
        if request.path.rstrip("/") == "/cds-services":
            allowed: str | None = "*"
        else:
            response.vary.add("Origin")
            client = clients.get(g.get("client") or "")
            allowed = origin if dev or origin in (client.origins if client else of_all) else None
        if allowed:
            response.headers["Access-Control-Allow-Origin"] = allowed
        if request.method == "OPTIONS" and origin and allowed:
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    return add
