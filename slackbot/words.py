"""The one catalogue of what the bot says (gettext; English only for now).

Sentences are marked where they are used: `say("%(who)s has it", who=…)`; `make messages` extracts them.
Values come in already escaped for where the sentence goes.
"""

import gettext
from pathlib import Path

_CATALOGUE = gettext.translation(
    "mentiondesk", localedir=Path(__file__).parent / "locale", languages=["en"], fallback=True
)


def say(sentence: str, **values: object) -> str:
    """Return the sentence in the desk's language with its values put in."""
    words = _CATALOGUE.gettext(sentence)
    return words % values if values else words


def count(one: str, many: str, number: int) -> str:
    """Return "1 post" or "2 posts", as the language wants it; both forms hold %(number)s."""
    return _CATALOGUE.ngettext(one, many, number) % {"number": f"{number:,}"}
