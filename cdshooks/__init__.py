"""A CDS Hooks service that tells whether liver cancer has become refractory to TACE.

The rooms: :mod:`cdshooks.clinical` what is true of the patient; :mod:`cdshooks.consensus` what the
papers say; :mod:`cdshooks.fhir` the outside record; :mod:`cdshooks.cards` the judgement as cards,
text and JSON; :mod:`cdshooks.web` the HTTP face; :mod:`cdshooks.store` what is kept;
:mod:`cdshooks.service` one hook call end to end; :mod:`cdshooks.app` wires the parts;
:mod:`cdshooks.cli` is the command line.
"""

__version__ = "0.1.0"
