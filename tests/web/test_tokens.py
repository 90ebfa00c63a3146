"""Who is believed: one good token, and every bad one answered with one and the same 401."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace

import pytest

from cdshooks.errors import Unauthorised
from cdshooks.settings import Client
from cdshooks.web.routes import UNAUTHORISED_SECONDS
from cdshooks.web.tokens import verify
from tests.support.ehr import (
    BASE,
    DELETE,
    FEEDBACK,
    SERVICE,
    Ehr,
    ec_key,
    hand_signed,
    hmac_signed,
    rsa_key,
    signed,
    unsigned,
)
from tests.web.calls import outcome_text, patient_call
from tests.web.trusted import CLINIC, HOSPITAL, STRANGER, Trusted

FOREIGN = ec_key("k1-foreign")
REFERENCE = re.compile(r"reference [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return Trusted(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def call(trusted):
    return patient_call(trusted.client)


def test_a_good_token_is_answered(trusted, call):
    for ehr in (HOSPITAL, CLINIC):
        response = trusted.post(call, ehr=ehr)
        assert response.status_code == 200, response.get_data(as_text=True)
        assert response.get_json()["cards"]
        assert "sandbox" not in response.get_data(as_text=True).lower()


@pytest.mark.parametrize(
    ("head", "claims"),
    [
        ({}, {"aud": [f"{BASE}/other", BASE + SERVICE]}),
        ({}, {"jti": "6" * 64, "tenant": "t", "nbf": 0, "sub": "x"}),
        ({}, {"exp": 1757476800.5 + 300, "iat": 1757476800.25}),
        ({"typ": DELETE, "x5t": "abc", "ver": "1"}, {}),
    ],
    ids=str,
)
def test_what_a_good_token_may_say_too(trusted, call, head, claims):
    token = HOSPITAL.token(SERVICE, trusted.clock(), head=head, **claims)
    assert trusted.post(call, token=token).status_code == 200


def public_pem() -> bytes:
    return CLINIC.key.as_pem(private=False)


def bad_tokens(trusted) -> dict[str, str | None]:
    """What stands in the Authorization header, by what is wrong with it."""
    now = trusted.clock()
    seconds = int(now.timestamp())

    def token(ehr: Ehr = HOSPITAL, **changes) -> str:
        return "Bearer " + ehr.token(SERVICE, now, **changes)

    def head(**changes) -> str:
        return token(head=changes)

    good = HOSPITAL.token(SERVICE, now)
    claims = HOSPITAL.claims(SERVICE, now)
    used = token()
    trusted.client.post(SERVICE, headers={"Authorization": used}, json={})
    forged = Ehr(key=FOREIGN)
    return {
        "no header": None,
        "empty": "",
        "bearer alone": "Bearer ",
        "Basic": "Basic dXNlcjpwYXNzd29yZA==",
        "two tokens": f"Bearer {good}, Bearer {good}",
        "two tokens, one scheme": f"Bearer {good} {good}",
        "garbage": "Bearer a.b.c",
        "more garbage": "Bearer ....",
        "over 8 KB": token(padding="x" * 8192),
        "none": "Bearer " + unsigned(HOSPITAL.head(alg="none"), claims),
        "nOnE": "Bearer " + unsigned(HOSPITAL.head(alg="nOnE"), claims),
        "none, signed": "Bearer " + unsigned(HOSPITAL.head(alg="none"), claims, b"xx"),
        "HS256 with the public key": "Bearer "
        + hmac_signed(CLINIC.head(alg="HS256"), CLINIC.claims(SERVICE, now), public_pem()),
        "ES256": "Bearer " + signed(HOSPITAL.head(alg="ES256"), claims, ec_key("k1-256", "P-256")),
        "no alg": "Bearer " + unsigned(HOSPITAL.head(alg=DELETE), claims, b"x"),
        "foreign signature": token(key=FOREIGN),
        "signature cut off": "Bearer " + good.rpartition(".")[0] + ".",
        "signature shortened": "Bearer " + good[:-4],
        "embedded jwk": "Bearer "
        + signed(HOSPITAL.head(jwk=FOREIGN.as_dict(private=False)), claims, FOREIGN),
        "jku of another": head(jku="https://attacker.example/jwks"),
        "jku of its own": head(jku=f"{HOSPITAL.issuer}/jwks"),
        "jku null": "Bearer " + hand_signed(HOSPITAL.head(jku=None), claims, HOSPITAL.key),
        "jku empty": "Bearer " + hand_signed(HOSPITAL.head(jku=""), claims, HOSPITAL.key),
        "no kid": head(kid=DELETE),
        "empty kid": "Bearer " + signed(HOSPITAL.head(kid=""), claims, HOSPITAL.key),
        "unknown kid": head(kid="k2"),
        "kid a number": "Bearer " + unsigned(HOSPITAL.head(kid=1), claims, b"x"),
        "unknown crit": "Bearer " + unsigned(HOSPITAL.head(crit=["exp2"], exp2=1), claims, b"x"),
        "b64": "Bearer " + unsigned(HOSPITAL.head(crit=["b64"], b64=False), claims, b"x"),
        "of another type": head(typ="at+jwt"),
        "payload a list": "Bearer " + signed(HOSPITAL.head(), [claims], HOSPITAL.key),
        "payload a text": "Bearer " + signed(HOSPITAL.head(), "x", HOSPITAL.key),
        "payload no JSON": "Bearer " + signed(HOSPITAL.head(), b"\xff", HOSPITAL.key),
        "payload deep": "Bearer " + signed(HOSPITAL.head(), b"[" * 4000, HOSPITAL.key),
        "head deep": "Bearer " + "W1tb" * 1500 + ".e30.x",
        "expired": token(iat=seconds - 360, exp=seconds - 60),
        "exp a text": token(exp=str(seconds + 300)),
        "exp NaN": token(exp=float("nan")),
        "exp infinite": token(exp=float("inf")),
        "exp huge": token(exp=10**400),
        "exp true": token(exp=True),
        "no exp": token(exp=DELETE),
        "lives too long": token(exp=seconds + 901),
        "lives ten years": token(exp=seconds + 315_360_000),
        "expires before it is issued": token(iat=seconds + 20, exp=seconds + 10),
        "issued in an hour": token(iat=seconds + 3600, exp=seconds + 3900),
        "no iat": token(iat=DELETE),
        "not yet valid": token(nbf=seconds + 120),
        "no jti": token(jti=DELETE),
        "empty jti": token(jti=""),
        "jti a number": token(jti=1),
        "used before": used,
        "no aud": token(aud=DELETE),
        "aud null": token(aud=None),
        "aud a prefix": token(aud=f"{BASE}/cds-services"),
        "aud with a slash": token(aud=f"{BASE}{SERVICE}/"),
        "aud of another service": token(aud=f"{BASE}{SERVICE}-order-sign"),
        "aud of feedback": token(aud=BASE + FEEDBACK),
        "aud of another host": token(aud="https://evil.example" + SERVICE),
        "aud an object": token(aud={BASE + SERVICE: 1}),
        "no iss": token(iss=DELETE),
        "unknown iss": token(STRANGER),
        "iss a prefix": token(iss=HOSPITAL.issuer[:-1]),
        "iss with a slash": token(iss=HOSPITAL.issuer + "/"),
        "iss a list": token(iss=[HOSPITAL.issuer]),
        "the other client's key": "Bearer "
        + signed(CLINIC.head(), HOSPITAL.claims(SERVICE, now), CLINIC.key),
        "the other client's name": token(forged, iss=CLINIC.issuer),
    }


def test_every_bad_token_gets_the_same_401(trusted, call):
    bodies = {}
    for name, header in bad_tokens(trusted).items():
        headers = {} if header is None else {"Authorization": header}
        response = trusted.client.post(SERVICE, json=call, headers=headers)
        assert response.status_code == 401, name
        assert response.headers["WWW-Authenticate"] == "Bearer", name
        text = outcome_text(response, 401)
        assert REFERENCE.search(text), name
        bodies[name] = REFERENCE.sub("", response.get_data(as_text=True))
    assert len(set(bodies.values())) == 1, bodies
    assert len(bodies) >= 35


def test_no_401_is_so_fast_that_it_tells_how_far_a_token_was_looked_at(trusted, call):
    """The clients that there are cannot be found out by the time that a signature takes."""
    tokens = bad_tokens(trusted)
    for name in ("no header", "unknown iss", "foreign signature", "no aud"):
        header = tokens[name]
        headers = {} if header is None else {"Authorization": header}
        started = time.perf_counter()
        assert trusted.client.post(SERVICE, json=call, headers=headers).status_code == 401
        assert time.perf_counter() - started >= UNAUTHORISED_SECONDS, name
    assert UNAUTHORISED_SECONDS >= 0.005  # a signature of ES384 takes some 2 ms


def test_the_same_401_stands_at_every_address_whatever_is_there(trusted, call):
    """Nobody learns which services, evaluations or cards there are, nor what is wrong in a body."""
    evaluation = trusted.post(call).get_json()["cards"][0]["extension"]
    evaluation = evaluation["org.tace-cds.assessment"]["evaluation"]
    bodies = set()
    for name, header in list(bad_tokens(trusted).items())[::5]:
        headers = {} if header is None else {"Authorization": header}
        answers = [
            trusted.client.post(path, json=body, headers=headers)
            for path in (SERVICE, FEEDBACK, f"{SERVICE}-encounter-start", "/cds-services/none")
            for body in (call, {}, [])
        ]
        answers += [
            trusted.client.get(f"/evaluations/{each}", headers=headers)
            for each in (evaluation, "0" * 36, "x")
        ]
        for answer in answers:
            assert answer.status_code == 401, name
            bodies.add(REFERENCE.sub("", answer.get_data(as_text=True)))
    assert len(bodies) == 1


def test_a_head_signed_by_hand_is_as_good(trusted, call):
    claims = HOSPITAL.claims(SERVICE, trusted.clock())
    token = hand_signed(HOSPITAL.head(), claims, HOSPITAL.key)
    assert trusted.post(call, token=token).status_code == 200


def test_without_a_jwks_url_no_jku_is_looked_at():
    """Not even one that is null, as the missing URL is."""
    token = hand_signed(HOSPITAL.head(jku=None), {}, HOSPITAL.key)
    client = Client(issuer=HOSPITAL.issuer, jwks_file="keys.json")

    class NoKeys:
        def under(self, kid):
            return ()

    with pytest.raises(Unauthorised) as refused:
        verify(token, client, NoKeys(), audience=BASE + SERVICE, now=0)
    assert refused.value.why == "jku"


def test_two_headers_are_none(trusted, call):
    good = HOSPITAL.token(SERVICE, trusted.clock())
    headers = [("Authorization", f"Bearer {good}")] * 2
    assert trusted.client.post(SERVICE, json=call, headers=headers).status_code == 401


def test_the_host_that_was_addressed_counts_for_nothing(trusted, call):
    for host in ("evil.example", "cds.example.org.evil.example"):
        token = HOSPITAL.token(SERVICE, trusted.clock(), aud=f"https://{host}{SERVICE}")
        headers = {"Host": host, "X-Forwarded-Host": host, "X-Forwarded-Proto": "https"}
        assert trusted.post(call, token=token, headers=headers).status_code == 401
    assert trusted.post(call, headers={"Host": "evil.example"}).status_code == 200


def test_a_token_for_one_address_is_none_for_another(trusted, call):
    for path, method in ((FEEDBACK, "post"), ("/evaluations/" + "0" * 36, "get")):
        token = HOSPITAL.token(SERVICE, trusted.clock())
        response = getattr(trusted.client, method)(
            path, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        )
        assert response.status_code == 401


def test_the_order_of_checks(trusted, call):
    """Size and content type, then the token, before anything of the body is looked at."""
    bad = {"Authorization": "Bearer a.b.c"}
    post = trusted.client.post
    assert post(SERVICE, data="{}", content_type="text/plain", headers=bad).status_code == 415
    large = b"x" * (trusted.settings.limits.request_bytes + 1)
    assert post(SERVICE, data=large, headers=bad).status_code == 413
    for body in ("", "{", "[]", '{"a":1,"a":2}', json.dumps(call)):
        for path in (SERVICE, "/cds-services/unknown", FEEDBACK):
            response = post(path, data=body, content_type="application/json", headers=bad)
            assert response.status_code == 401
    path = "/cds-services/unknown"
    assert trusted.post(call, path=path).status_code == 404
    assert trusted.post({"hook": "x"}).status_code == 400


def test_discovery_and_health_need_no_token(trusted):
    for path in ("/cds-services", "/healthz", "/readyz", "/metrics", "/about", "/openapi.json"):
        assert trusted.client.get(path).status_code == 200


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_weak_or_unfit_key_is_none(tmp_path):
    short = rsa_key("short", 1024)
    keys = {
        "short": (short.as_dict(private=False), short, "RS384"),
        "enc": (ec_key("enc").as_dict(private=False) | {"use": "enc"}, ec_key("enc"), "ES384"),
        "ops": (
            ec_key("ops").as_dict(private=False) | {"key_ops": ["sign"]},
            ec_key("ops"),
            "ES384",
        ),
        "alg": (ec_key("alg").as_dict(private=False) | {"alg": "ES256"}, ec_key("alg"), "ES384"),
        "curve": (
            ec_key("curve", "P-256").as_dict(private=False) | {"crv": "P-384"},
            ec_key("curve"),
            "ES384",
        ),
        "twice": (ec_key("twice").as_dict(private=False), ec_key("twice"), "ES384"),
        "half": ({"kty": "EC", "kid": "half", "crv": "P-384", "x": "AA"}, ec_key("half"), "ES384"),
    }
    published: list = [key for key, _, _ in keys.values()]
    published += [keys["twice"][0], "no key", {"kid": 1}]
    site = Trusted(tmp_path, hospital=replace(HOSPITAL, published=published))
    body = patient_call(site.client)
    for name, (_, key, algorithm) in keys.items():
        ehr = Ehr(key=key, algorithm=algorithm)
        token = ehr.token(SERVICE, site.clock(), head={"kid": name})
        assert site.post(body, token=token).status_code == 401, name
