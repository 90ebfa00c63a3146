"""What is kept: used tokens, evaluations, cards issued, feedback, and the audit trail.

One :class:`Store` is one database. Nothing is written outside a transaction, so a process that is
killed at any moment leaves whole rows or none. No clinical value, name, patient id or token is
kept: a patient is a keyed hash, a judgement is the words and codes that stood on its cards.
"""

from __future__ import annotations

from cdshooks.store.database import Database
from cdshooks.store.feedback import FeedbackBox
from cdshooks.store.schema import check_or_create
from cdshooks.store.tokens import TokenLedger
from cdshooks.store.trail import Trail


class Store:
    """The parts of the service's memory, on one database whose schema is this version's."""

    def __init__(self, database: Database, *, hash_key: bytes, repeat_days: int) -> None:
        check_or_create(database)
        self.database = database
        self.tokens = TokenLedger(database)
        self.trail = Trail(database, hash_key=hash_key, repeat_days=repeat_days)
        self.feedback = FeedbackBox(database)
