"""Headers of every answer: what a browser may do with it, and which pages may read it (CORS)."""

from __future__ import annotations

from flask import Response, request

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


def add_sandbox_cors(response: Response) -> Response:
    """Sandbox mode: a page of any origin may call; never with the browser's own credentials.

    Discovery holds no patient data and is ``*`` in every mode. A preflight carries no token.
    """
    if not request.path.startswith("/cds-services"):
        return response
    origin = request.headers.get("Origin")
    if request.path.rstrip("/") == "/cds-services":
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response.vary.add("Origin")
        if origin:
            response.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS" and origin:
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
    return response
