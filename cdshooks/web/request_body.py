"""The body of a hook call, in the contract's order: size, then type; parsing comes later."""

from __future__ import annotations

from flask import Request

from cdshooks.errors import TooLarge, WrongContentType


def read_body(request: Request, limit: int) -> bytes:
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge(f"The body is larger than the limit of {limit} bytes.")
    body = request.get_data(cache=False)
    if len(body) > limit:
        raise TooLarge(f"The body is larger than the limit of {limit} bytes.")
    if request.mimetype != "application/json":
        raise WrongContentType("The content type must be application/json.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise WrongContentType("The charset must be UTF-8.")
    if "Content-Encoding" in request.headers:
        raise WrongContentType("The body must be sent without Content-Encoding.")
    return body
