"""The tone check: what a draft says that it should not, or leaves out; by word lists, formats and order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import regex

from workflows.domain.length import weighted_length
from workflows.domain.links import links
from workflows.domain.personal_data import personal_data_in
from workflows.domain.text import fold
from workflows.domain.tone import Check, Finding, Said, TonePolicy, Verdict, is_named, is_signed
from workflows.words.reading import Cover, Hit, Reading, read

EMPATHY = ("apology", "acknowledgement")
_STEPS = ("next_step", "promise", "asking", "private", "elsewhere", "time", "offer")
_QUOTED = regex.compile(r"[\"“”„«]([^\"“”„»\n]{2,80})[\"“”»]")
_SHOUTED = regex.compile(r"\p{Lu}[\p{Lu}\p{M}'’]*+(?:[\s,]+\p{Lu}[\p{Lu}\p{M}'’]*+)++")
_ASKED = regex.compile(r"[?？؟]++")
_CLOCK = regex.compile(
    r"(?<![\d₹$€£])\d{1,2}(?:[:.]\d{2})?\s?(?:[ap]\.?m\b|o'clock)|\b\d{1,2}:\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b",
    regex.I,
)
_MONEY = regex.compile(
    r"[₹$€£৳₺]\s?\d[\d,.]*+|\b(?:rs\.?|inr|usd|eur|gbp|bdt|tk\.?|try)\s?\d[\d,.]*+"
    r"|(?<![\d,.])\d[\d,.]*+\s?(?:[₹€£৳₺]|tl\b|lira|rupees|rs\b|taka|dollars|pounds|euros|रुपये|रुपए|টাকা|రూపాయ)",
    regex.IGNORECASE,
)
_MOST_QUESTIONS = 2
_MOST_WORDS = 45  # of a sentence
_LONGEST_BREATH = 170  # code points of a sentence without a comma
_LONGEST_PARAGRAPH = 600
_NEARLY = 2  # words that may stand beside "stop writing to me"

_Places = Iterator[tuple[int, int, str]]


@dataclass(frozen=True)
class _Draft:
    said: Said
    policy: TonePolicy
    limit: int
    bills: bool

    @cached_property
    def reading(self) -> Reading:
        return read(self.said.text, self.said.language)

    @cached_property
    def links(self) -> Sequence[tuple[int, int]]:
        return links(self.said.text)

    @cached_property
    def quoted(self) -> Sequence[tuple[int, int]]:
        """Where the draft repeats words of the customer in quotation marks."""
        theirs = fold(self.said.customer_text)
        found = _QUOTED.finditer(self.said.text) if theirs else ()
        return [match.span() for match in found if fold(match[1]) in theirs]


def check_tone(said: Said, policy: TonePolicy, *, limit: int, bills: bool = True) -> Sequence[Finding]:
    """Return what was found, in the order of the text; checks whose verdict is `ok` are not looked for.

    limit  how much the text may weigh.
    bills  the plan bills posts by the piece, so that a link costs.
    """
    draft = _Draft(said, policy, limit, bills)
    found: list[Finding] = []
    for check, look in _LOOKS.items():
        verdict = policy.verdicts.get(check, Verdict.OK)
        if verdict is not Verdict.OK:
            found += [Finding(check, start, end, what, verdict) for start, end, what in look(draft)]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.check))


def offer_in(text: str, language: str) -> str:
    """Return the words by which a draft offers money or goods; "" when it offers none."""
    reading = read(text, language)
    hits = reading.of("offer")
    if hits:
        return hits[0].what
    promised = {hit.sentence for hit in reading.of("promise")}
    if not promised:
        return ""
    sums = (match for match in _MONEY.finditer(text) if reading.sentence_at(match.start()) in promised)
    return next((match.group() for match in sums), "")


def is_opt_out(text: str, language: str) -> bool:
    """Say whether the customer asks not to be written to any more, and says nearly nothing else."""
    reading = read(text, language)
    asked = reading.of("opt_out")
    if not asked:
        return False
    covered = Cover(reading.of("opt_out", "opt_out_filler"))
    idle = sum(not covered.touches(word.start, word.end) for word in reading.words)
    return idle <= (_NEARLY if max(hit.words for hit in asked) >= 3 else 0)


def _apart(hits: Sequence[Hit]) -> _Places:
    """Yield hits none over another: those that begin first, and of these the longest."""
    end = -1
    for hit in hits:
        if hit.start >= end:
            yield hit.start, hit.end, hit.what
            end = hit.end


def _hits_of(*sections: str) -> Callable[[_Draft], _Places]:
    def look(draft: _Draft) -> _Places:
        hits = draft.reading.of(*sections)
        return _apart([hit for hit in hits if not _ends_within(hit, draft.quoted) and not hit.is_name])

    return look


def _ends_within(hit: Hit, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < hit.end <= end for start, end in spans)


def _aggression(draft: _Draft) -> _Places:
    yield from _hits_of("hostile", "aggression")(draft)
    for match in _SHOUTED.finditer(draft.said.text):
        words = match.group().split()
        if len(words) >= 3 and sum(len(word) >= 4 for word in words) >= 2:
            yield match.start(), match.end(), match.group()


def _too_long(draft: _Draft) -> _Places:
    text = draft.said.text
    if weighted_length(text) > draft.limit:
        yield min(draft.limit, len(text) - 1), len(text), ""


def _unclear(draft: _Draft) -> _Places:
    text = draft.said.text
    asked = [
        match for match in _ASKED.finditer(text) if not any(a <= match.start() < b for a, b in draft.links)
    ]
    if len(asked) > _MOST_QUESTIONS:
        yield asked[0].start(), asked[-1].end(), "questions"
    for sentence in draft.reading.sentences():
        start, end = sentence[0].start, sentence[-1].end
        is_breathless = end - start > _LONGEST_BREATH and sentence[0].clause == sentence[-1].clause
        if is_breathless or len(sentence) > _MOST_WORDS:
            yield start, end, "sentence"
    if not asked and max(map(len, text.split("\n"))) > _LONGEST_PARAGRAPH:
        yield 0, len(text), "paragraph"


def _shown(draft: _Draft) -> _Places:
    if draft.said.is_public:
        for datum in personal_data_in(draft.said.text, order_numbers=draft.policy.order_numbers):
            yield datum.start, datum.end, datum.kind


def _asked(draft: _Draft) -> _Places:
    """Yield what is asked for where everybody reads; a PIN or a password may be asked for nowhere."""
    reading = draft.reading
    denied = {hit.clause for hit in reading.of("never")}
    asking = {hit.sentence for hit in reading.of("asking") if hit.clause not in denied}
    in_private = {hit.sentence for hit in reading.of("private")}
    elsewhere = {hit.sentence for hit in reading.of("elsewhere")}
    in_public = {hit.sentence for hit in reading.of("in_public")}
    for hit in reading.of("personal", "secret", "reference"):
        at = hit.sentence
        if at not in asking or at in elsewhere or hit.clause in denied:
            continue
        if hit.section == "secret":
            yield hit.start, hit.end, hit.what
        elif not draft.said.is_public or at in in_private:
            continue
        elif at in in_public or (hit.section == "personal" and not {at - 1, at + 1} & in_private):
            yield hit.start, hit.end, hit.what


def _no_name(draft: _Draft) -> _Places:
    if not is_named(draft.said.text, draft.said.customer):
        yield 0, 0, ""


def _no_signature(draft: _Draft) -> _Places:
    if not is_signed(draft.said.text, draft.said.agent):
        yield len(draft.said.text), len(draft.said.text), ""


def _no_empathy(draft: _Draft) -> _Places:
    """Yield where an angry customer is not heard: nothing is said of it, or too late, or nothing follows."""
    if not draft.said.is_angry:
        return
    polite = Cover(draft.reading.of("courtesy"))
    length, heard_of = len(draft.said.text), draft.reading.of(*EMPATHY)
    empathy = [hit for hit in heard_of if not polite.touches(hit.start, hit.end)]
    if not empathy:
        yield 0, length, "nothing"
        return
    heard = Cover(empathy)
    steps = [*draft.reading.of("private"), *_dated_promises(draft)]
    places = [step.start for step in steps] + [start for start, _ in draft.links]
    if (
        places
        and empathy[0].start > min(places)
        and empathy[0].sentence > draft.reading.sentence_at(min(places))
    ):
        yield 0, empathy[0].start, "late"
    if not draft.links and not any(
        not heard.touches(hit.start, hit.end) for hit in draft.reading.of(*_STEPS)
    ):
        yield 0, length, "no_step"


def _dated_promises(draft: _Draft) -> list[Hit]:
    dated = {hit.sentence for hit in draft.reading.of("time", "vague")}
    return [hit for hit in draft.reading.of("promise") if hit.sentence in dated]


def _open_promises(draft: _Draft) -> _Places:
    """Yield promises without a time, one a sentence; what waits for the customer's message is none."""
    reading = draft.reading
    timed = {hit.sentence for hit in reading.of("time")}
    timed |= {reading.sentence_at(match.start()) for match in _CLOCK.finditer(draft.said.text)}
    vague = {hit.sentence for hit in reading.of("vague")}
    asked = {hit.sentence: hit.start for hit in reversed(reading.of("private", "elsewhere"))}
    told: set[int] = set()
    heard = Cover(reading.of(*EMPATHY))
    for hit in reading.of("promise"):
        at = hit.sentence
        if at in timed or at in told or heard.touches(hit.start, hit.end):
            continue
        if at in vague or (asked.get(at, hit.start) >= hit.start and not {at - 1, at + 1} & timed):
            told.add(at)
            yield hit.start, hit.end, hit.what


def _link_cost(draft: _Draft) -> _Places:
    if draft.bills and draft.said.is_public:
        yield from ((start, end, "") for start, end in draft.links[:1])


_LOOKS: dict[Check, Callable[[_Draft], _Places]] = {
    Check.SWEARING: _hits_of("swearing"),
    Check.AGGRESSION: _aggression,
    Check.BLAME: _hits_of("blame"),
    Check.DEFENSIVE: _hits_of("defensive"),
    Check.TOO_LONG: _too_long,
    Check.UNCLEAR: _unclear,
    Check.PERSONAL_DATA_SHOWN: _shown,
    Check.PERSONAL_DATA_ASKED: _asked,
    Check.NO_NAME: _no_name,
    Check.NO_SIGNATURE: _no_signature,
    Check.NO_EMPATHY: _no_empathy,
    Check.PROMISE_WITHOUT_TIME: _open_promises,
    Check.LINK_COST: _link_cost,
}
