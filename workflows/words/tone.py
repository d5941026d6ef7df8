"""The tone check: what a draft says that it should not, or leaves out; by word lists, formats and order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workflows.domain.length import weighted_length
from workflows.domain.links import links
from workflows.domain.personal_data import personal_data_in
from workflows.domain.tone import Check, Finding, Said, TonePolicy, Verdict
from workflows.words.reading import Hit, Reading, read

_EMPATHY = ("apology", "acknowledgement")


@dataclass(frozen=True, slots=True)
class _Draft:
    said: Said
    policy: TonePolicy
    limit: int
    bills: bool
    reading: Reading


def check_tone(said: Said, policy: TonePolicy, *, limit: int, bills: bool = True) -> Sequence[Finding]:
    """Return what was found, in the order of the text; checks whose verdict is `ok` are not looked for.

    limit  how much the text may weigh.
    bills  the plan bills posts by the piece, so that a link costs.
    """
    draft = _Draft(said, policy, limit, bills, read(said.text, said.language))
    found: list[Finding] = []
    for check, look in _LOOKS.items():
        verdict = policy.verdicts.get(check, Verdict.OK)
        if verdict is not Verdict.OK:
            found += [Finding(check, start, end, what, verdict) for start, end, what in look(draft)]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.check))


def offer_in(text: str, language: str) -> str:
    """Return the words by which a draft offers money or goods; "" when it offers none."""
    hits = read(text, language).of("offer")
    return hits[0].what if hits else ""


def is_opt_out(text: str, language: str) -> bool:
    """Say whether the customer asks not to be written to any more, and says nearly nothing else."""
    reading = read(text, language)
    asked = reading.of("opt_out")
    if not asked or not reading.words:
        return False
    covered = asked + reading.of("opt_out_filler")
    idle = [word for word in reading.words if not any(hit.start <= word.start < hit.end for hit in covered)]
    longest = max(hit.words for hit in asked)
    return len(idle) <= (2 if longest >= 3 else 0)


_Places = Iterator[tuple[int, int, str]]


def _apart(hits: Sequence[Hit]) -> _Places:
    """Yield hits none over another, those that begin first and are longest."""
    end = -1
    for hit in hits:
        if hit.start >= end:
            yield hit.start, hit.end, hit.what
            end = hit.end


def _hits_of(*sections: str) -> Callable[[_Draft], _Places]:
    return lambda draft: _apart(draft.reading.of(*sections))


def _too_long(draft: _Draft) -> _Places:
    if weighted_length(draft.said.text) > draft.limit:
        yield min(draft.limit, len(draft.said.text)), len(draft.said.text), ""


def _shown(draft: _Draft) -> _Places:
    if draft.said.is_public:
        for datum in personal_data_in(draft.said.text, order_numbers=draft.policy.order_numbers):
            yield datum.start, datum.end, datum.kind


def _no_empathy(draft: _Draft) -> _Places:
    if draft.said.is_angry and not draft.reading.of(*_EMPATHY):
        yield 0, len(draft.said.text), ""


def _link_cost(draft: _Draft) -> _Places:
    if draft.bills and draft.said.is_public:
        for start, end in links(draft.said.text)[:1]:
            yield start, end, ""


_LOOKS: dict[Check, Callable[[_Draft], _Places]] = {
    Check.SWEARING: _hits_of("swearing"),
    Check.AGGRESSION: _hits_of("hostile", "aggression"),
    Check.BLAME: _hits_of("blame"),
    Check.DEFENSIVE: _hits_of("defensive"),
    Check.TOO_LONG: _too_long,
    Check.PERSONAL_DATA_SHOWN: _shown,
    Check.NO_EMPATHY: _no_empathy,
    Check.LINK_COST: _link_cost,
}
