"""Wordings as they are written in a playbook: placeholders, braces, and what X's length makes of them."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import regex
from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from workflows.domain.length import POST_LIMIT, weighted_length
from workflows.domain.macro import PLACEHOLDERS, fill, placeholders_in
from workflows.playbook.problems import nearest, one_of, safe, shown
from workflows.playbook.values import as_kind, text_of, unfit

DM_LINK = "dm_link"
SIGNATURE_LIMIT = 80
MOST_WORDINGS = 20
_MOST_CHARACTERS = 2000
_PRIVACY_CHARACTERS = 500
_LINK = "https://x.com/messages/compose?recipient_id=1234567890123456789"
# X allows names of 50 and usernames of 15; of the others it is what people's names and times seldom exceed.
_LONGEST = {
    "customer.first_name": "M" * 20,
    "customer.name": "M" * 50,
    "customer.username": "@" + "M" * 15,
    "agent.first_name": "M" * 20,
    "agent.name": "M" * 40,
    "account.name": "M" * 50,
    "account.username": "@" + "M" * 15,
    "case.number": "9" * 8,
    "promised_by": "M" * 24,
    DM_LINK: _LINK,
}
# What people write who know other tools, besides the last part of our own names.
_OTHER_NAMES = {
    "name": "customer.first_name",
    "first_name": "customer.first_name",
    "customer": "customer.first_name",
    "user": "customer.first_name",
    "username": "customer.username",
    "handle": "customer.username",
    "agent": "agent.first_name",
    "brand": "account.name",
    "account": "account.name",
    "company": "account.name",
    "case": "case.number",
    "case_id": "case.number",
    "ticket": "case.number",
    "promise": "promised_by",
    "time": "promised_by",
    "link": DM_LINK,
    "dm": DM_LINK,
}
_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}--[\n]]", regex.V1)


def names_in(wording: str) -> set[str]:
    """Return the names of the wording's placeholders."""
    return {placeholder.name for placeholder in placeholders_in(wording)}


def longest(wording: str) -> str:
    """Return the wording with each placeholder at the longest that people are likely to see."""
    values: dict[str, str] = {}
    for placeholder in placeholders_in(wording):
        known, fallback = _LONGEST[placeholder.name], placeholder.fallback or ""
        is_longer = placeholder.name != DM_LINK and weighted_length(fallback) > len(known)
        values[placeholder.name] = fallback if is_longer else known
    return fill(wording, values)


def filled(wording: str, values: Mapping[str, str]) -> str:
    """Return the wording with these values, and the fallback or the name where there is none."""
    return fill(wording, {name: name for name in names_in(wording) if name not in values} | dict(values))


def _wording(limit: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _plain(value, '"Thank you, {customer.first_name|there}!"', _MOST_CHARACTERS)
        _check_placeholders(text)
        weight = weighted_length(longest(text))
        if weight > limit:
            found = f"a wording of {weight} characters by X's count, its placeholders at their longest"
            fix = f"shorten it by {weight - limit}: at most {limit}; a link counts 23, an emoji 2"
            raise unfit("over-length", found, fix)
        return text

    return read


def _plain(value: Any, example: str, limit: int) -> str:
    if isinstance(value, dict):
        fix = f"put the wording in quotes, as in {example}: a {{ begins a mapping"
        raise unfit("wrong-type", shown(value), fix)
    text = text_of(value, example).strip()
    if len(text) > limit:
        raise unfit("too-long", f"a text of {len(text)} characters", f"write at most {limit} characters")
    if _CONTROL.search(text):
        raise unfit("control-character", "a character that nobody sees", "delete it, and write the text anew")
    return text


def _check_placeholders(text: str) -> None:
    found = placeholders_in(text)
    rest, at = "", 0
    for placeholder in found:
        rest, at = rest + text[at : placeholder.start], placeholder.end
    rest += text[at:]
    if "{" in rest or "}" in rest:
        brace = "{" if "{" in rest else "}"
        fix = "open and close each placeholder with one brace, as in `{customer.first_name|there}`"
        raise unfit("broken-braces", f"a `{brace}` that belongs to no placeholder", fix)
    for placeholder in found:
        if placeholder.name not in PLACEHOLDERS:
            raise unfit(
                "unknown-placeholder",
                f"the placeholder `{{{safe(placeholder.name)}}}`",
                f"{_meant(placeholder.name)}write {one_of(f'{{{name}}}' for name in PLACEHOLDERS)}",
            )


def _meant(name: str) -> str:
    folded = name.casefold().replace(" ", "_").replace("-", "_")
    meant = _OTHER_NAMES.get(folded) or nearest(folded, PLACEHOLDERS)
    return f"did you mean `{{{meant}}}`? " if meant else ""


def _privacy_line(value: Any) -> str:
    text = _plain(value, '"How we handle your data: https://example.com/privacy"', _PRIVACY_CHARACTERS)
    if "{" in text or "}" in text:
        raise unfit("broken-braces", shown(text), "write it without placeholders: it is said as it stands")
    return text


def _one_or_list(value: Any) -> str:
    return "<list>" if isinstance(value, list) else "<one>"


_WORDS = "Thank you, {customer.first_name|there}!"
_NAMES = "|".join(PLACEHOLDERS).replace(".", r"\.")
_WORDING_SCHEMA = {
    "minLength": 1,
    "maxLength": _MOST_CHARACTERS,
    "pattern": rf"^(?=[\s\S]*\S)([^{{}}]|\{{\s*({_NAMES})\s*(\|[^{{}}]*)?\}})*$",
}
Wording = Annotated[str, *as_kind(_wording(POST_LIMIT), **_WORDING_SCHEMA, examples=[_WORDS])]
Wordings = Annotated[
    Annotated[Wording, Tag("<one>")]
    | Annotated[
        list[Wording], Field(min_length=1, max_length=MOST_WORDINGS, examples=[[_WORDS]]), Tag("<list>")
    ],
    Discriminator(_one_or_list),
]
Signature = Annotated[
    str, *as_kind(_wording(SIGNATURE_LIMIT), **_WORDING_SCHEMA, examples=["– {agent.first_name}"])
]
PrivacyLine = Annotated[
    str,
    PlainValidator(_privacy_line),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": _PRIVACY_CHARACTERS,
            "pattern": "^[^{}]*$",
            "examples": ["How we handle your data: https://example.com/privacy · Reply STOP to opt out."],
        }
    ),
]
