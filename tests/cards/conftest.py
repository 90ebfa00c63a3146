"""Until consensus.statements is there: grades as a stand-in."""

import sys
import types

try:
    import cdshooks.consensus.statements  # noqa: F401
except ImportError:
    fake = types.ModuleType("cdshooks.consensus.statements")

    def statement(name: str) -> types.SimpleNamespace:
        graded = {
            "CCI-C9": ("Ⅱb", "A"),
            "CCI-C7": ("Ⅱb", "A"),
            "CCI-C5": ("Ⅱb", "B"),
            "CCI-C4": ("Ⅰb", "A"),
            "HAIC-R1": ("1B", ""),
            "HAIC-R2": ("2A", ""),
            "HAIC-R3": ("2B", ""),
        }
        quality, strength = graded.get(name, ("", ""))
        return types.SimpleNamespace(
            grade=types.SimpleNamespace(
                level="" if strength else quality, quality=quality, strength=strength
            )
            if quality
            else None,
            paper=types.SimpleNamespace(url="https://example.org/paper"),
        )

    fake.statement = statement  # type: ignore[attr-defined]
    sys.modules["cdshooks.consensus.statements"] = fake
