"""Macros: canned replies in several approved wordings per language, with placeholders from a closed list.

A placeholder is `{customer.first_name}`, or `{customer.first_name|there}` with what to say when nobody knows.
Values are put in once and never read again as placeholders.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.domain.graphemes import clip
from workflows.errors import Refusal

PLACEHOLDERS = (
    "customer.first_name",
    "customer.name",
    "customer.username",
    "agent.first_name",
    "agent.name",
    "account.name",
    "account.username",
    "case.number",
    "promised_by",
    "dm_link",
)
_LONGEST_VALUE = 300
_PLACEHOLDER = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Macro:
    """A canned reply.

    wordings  language to its approved wordings: X refuses the same text twice, so there may be several.
    tags      cases with one of these are offered it first.
    """

    name: str
    title: str
    wordings: Mapping[str, Sequence[str]]
    tags: Sequence[str] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder in a wording; `fallback` is None where none is written."""

    start: int
    end: int
    name: str
    fallback: str | None


def placeholders_in(wording: str) -> Sequence[Placeholder]:
    """Return the placeholders of a wording, whether or not their names are known."""
    return [
        Placeholder(found.start(), found.end(), found[1].strip(), found[2])
        for found in _PLACEHOLDER.finditer(wording)
    ]


def fill(wording: str, values: Mapping[str, str]) -> str:
    """Return the wording with its placeholders filled; an empty value falls back to what is written for it.

    Raises Refusal ("unfilled", with the placeholder) when there is neither value nor fallback.
    """
    parts, at = [], 0
    for found in placeholders_in(wording):
        value = clip(values.get(found.name, "").strip(), _LONGEST_VALUE) or found.fallback
        if value is None:
            raise Refusal("unfilled", placeholder=found.name)
        parts += [wording[at : found.start], value]
        at = found.end
    return "".join([*parts, wording[at:]])


def wordings_for(macro: Macro, language: str) -> tuple[str, Sequence[str]]:
    """Return the language that the macro speaks to this customer, and its wordings in it.

    The customer's own, else the same language in its own script, else English, else whatever comes first.
    """
    for wanted in (language, language.partition("-")[0], "en", *macro.wordings):
        if macro.wordings.get(wanted):
            return wanted, macro.wordings[wanted]
    return "", ()
