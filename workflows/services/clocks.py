"""A case's clocks, worked out from its history, and what the case row keeps of them for the clock process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workflows.domain.case import Case, Status
from workflows.domain.clocks import Clock, Clocks, Happening, What, clocks_of
from workflows.domain.escalation import Step, carried_over, ladder_for, passed, steps_of
from workflows.domain.playbook import ClockKind, Hours, Ladder, Playbook, hours_named
from workflows.services.board import show
from workflows.services.playbooks import playbook_of
from workflows.store.history import Entry, Event
from workflows.store.unit_of_work import UnitOfWork

BEFORE_US = timedelta(hours=1)
_PLAIN = {
    Event.CLAIMED: What.CLAIMED,
    Event.TAKEN_OVER: What.CLAIMED,
    Event.ASSIGNED: What.CLAIMED,
    Event.RELEASED: What.RELEASED,
    Event.RESOLVED: What.RESOLVED,
    Event.REOPENED: What.REOPENED,
}
_POSTS = frozenset({What.WROTE, What.THANKED})
_OF_POST = {Event.POST_GONE: What.GONE, Event.POST_BACK: What.BACK}
_UNANSWERABLE = frozenset({"blocked"})  # of a refused reply: this customer cannot be answered at all


@dataclass(frozen=True, slots=True)
class Timing:
    """A case's clocks and ladder at a moment.

    steps  of the ladder in this turn; empty while nobody waits.
    turn   number of the history's line with which the ladder's wait began; 0 while nobody waits.
    wait   number of the line with which the customer's wait began, be it before the desk.
    since  T0 of the ladder; None while it calls nobody.
    told   number_of each clock whose missed target the history names already.
    raised_at  when the priority changed last; None when it never did.
    """

    clocks: Clocks
    ladder: Ladder | None
    steps: Sequence[Step]
    turn: int
    wait: int
    told: frozenset[str]
    since: datetime | None = None
    raised_at: datetime | None = None

    @property
    def newly_late(self) -> list[Clock]:
        """Return the running clocks whose target was missed and that nobody has noted yet."""
        late = (clock for clock in self.clocks.running if clock.is_late)
        return [clock for clock in late if self.number_of(clock) not in self.told]

    def number_of(self, clock: Clock) -> str:
        """Return what tells a running clock from the case's others, for good.

        Its start may move when an older post reaches us late, and its place when an older answer is seen.
        """
        wait = f":{self.wait}" if clock.kind is ClockKind.NEXT_RESPONSE else ""
        return f"{clock.kind}:{clock.segment}{wait}"


def happenings_of(entries: Sequence[Entry]) -> list[Happening]:
    """Return what the clocks need of a history.

    An answer answers what had been written when it was submitted: it stands there, however long X took.
    """
    return [happening for happening, _ in _with_entries(entries)]


def _with_entries(entries: Sequence[Entry]) -> list[tuple[Happening, Entry]]:
    """Return what the clocks need, each with the line that tells of it."""
    sent = {e.facts.get("draft"): e.at for e in entries if e.event == Event.REPLY_SENT}
    # One that was taken back and handed in again answers what had been written by the second time.
    handed_in = {e.facts.get("draft"): e.number for e in entries if e.event == Event.REPLY_SUBMITTED}
    happened: list[tuple[Happening, Entry]] = []
    for entry in entries:
        facts = entry.facts
        if entry.event in (Event.OPENED, Event.POST_RECEIVED):
            happened.append((_written(entry), entry))
        elif handed_in.get(facts.get("draft")) == entry.number and facts.get("draft") in sent:
            happened.append((Happening(sent[facts.get("draft")], What.ANSWERED), entry))
        elif entry.event in (Event.PRIORITY_CHANGED, Event.TRIAGED) and "priority" in facts:
            happened.append((Happening(entry.at, What.PRIORITY, priority=facts["priority"]), entry))
        elif entry.event == Event.ANSWERED_ON_X:
            _put_answer(happened, entry)
        elif happening := _lost_or_found(entry):
            happened.append((happening, entry))
        elif entry.event in _PLAIN:
            happened += [(Happening(entry.at, what), entry) for what in _plain(entry)]
    return happened


def _plain(entry: Entry) -> list[What]:
    """Return what a line without facts says; an agent who re-opens a case has it."""
    is_taken = entry.event == Event.REOPENED and entry.actor_kind == "agent"
    return [_PLAIN[Event(entry.event)], *([What.CLAIMED] if is_taken else [])]


def _put_answer(happened: list[tuple[Happening, Entry]], entry: Entry) -> None:
    """Put an answer given on X itself before the posts that were written after it, though we saw it later."""
    written = datetime.fromisoformat(entry.facts["written"]) if "written" in entry.facts else entry.at
    place = len(happened)
    while place and happened[place - 1][0].what in _POSTS and happened[place - 1][0].at > written:
        place -= 1
    at = entry.at
    if place < len(happened):
        at = max(written, happened[place - 1][0].at) if place else written
    happened.insert(place, (Happening(at, What.ANSWERED), entry))


def _written(entry: Entry) -> Happening:
    facts = entry.facts
    at = datetime.fromisoformat(facts["written"]) if "written" in facts else entry.at
    return Happening(at, What.THANKED if facts.get("thanks") else What.WROTE, post=facts.get("post", ""))


def _lost_or_found(entry: Entry) -> Happening | None:
    """Return what the line says of posts that are gone or came back; so is who blocks us."""
    if entry.event == Event.REPLY_REFUSED and entry.facts.get("reason") in _UNANSWERABLE:
        return Happening(entry.at, What.GONE)
    what = _OF_POST.get(Event(entry.event))
    return Happening(entry.at, what, post=entry.facts.get("post", "")) if what else None


def first_priority(entries: Sequence[Entry], case: Case) -> str:
    """Return the priority that the case was opened with."""
    opened = next((e for e in entries if e.event == Event.OPENED), None)
    return opened.facts.get("priority", case.priority) if opened else case.priority


def timing_of(entries: Sequence[Entry], case: Case, playbook: Playbook, now: datetime) -> Timing:
    """Work out clocks and ladder of a case; the running desk, `why?` and the time line do it here."""
    happened = happenings_of(entries)
    hours_of = hours_for(playbook, case.team)
    clocks = clocks_of(happened, playbook.priorities, first_priority(entries, case), hours_of, now)
    ladder = ladder_for(playbook, case.priority, case.team)
    steps: list[Step] = []
    turn, wait, since = _wait_of(entries) if clocks.waiting_since else (0, 0, None)
    if clocks.response and clocks.waiting_since and since and ladder:
        hours = hours_of(clocks.response.hours)
        steps = steps_of(ladder, since, target=clocks.response.target, hours=hours)
    told = frozenset(e.facts.get("number", "") for e in entries if e.event == Event.BREACHED)
    raised_at = max((one.at for one in happened if one.what is What.PRIORITY), default=None)
    return Timing(clocks, ladder, steps, turn, wait, told, since, raised_at)


def _wait_of(entries: Sequence[Entry]) -> tuple[int, int, datetime | None]:
    """Return the lines with which the ladder's and the customer's wait began, and the ladder's T0.

    What was there before the desk is shown as late, but nobody is called to all of it: for the ladder the
    wait begins with the first post that was written to the desk; None while there is none.
    """
    waits = _waits_of(_with_entries(entries))
    looked_at = max(
        (e.number for e in entries if e.event == Event.TIMED and e.facts.get("before_us")), default=0
    )
    began = waits[0][1].number if waits else 0
    ours = [(h, e) for h, e in waits if not e.facts.get("before_us") and e.number > looked_at]
    if not ours:
        return began, began, None
    return ours[0][1].number, began, min(happening.at for happening, _ in ours)


def _waits_of(happened: Sequence[tuple[Happening, Entry]]) -> list[tuple[Happening, Entry]]:
    """Return the posts that wait for an answer, each with its line; those that are gone wait no more."""
    waits: list[tuple[Happening, Entry]] = []
    gone: set[str] = set()
    for happening, entry in happened:
        if happening.what in (What.ANSWERED, What.RESOLVED):
            waits.clear()
            gone.clear()
        elif happening.what is What.WROTE:
            waits.append((happening, entry))
        elif happening.what is What.GONE:
            posts = {waiting.post for waiting, _ in waits}
            gone |= posts & {happening.post} if happening.post else posts
            if posts <= gone:
                waits.clear()
        elif happening.what is What.BACK and happening.post in gone:
            gone.discard(happening.post)
            waits.append((happening, entry))
    return waits


def hours_for(playbook: Playbook, team: str | None) -> Callable[[str], Hours]:
    """Return what gives the hours of a name, "team" and "always" included, for cases of this team."""
    return lambda name: hours_named(playbook, name, team)


def keep_time(uow: UnitOfWork, case: Case) -> Case:
    """Bring the due columns of a case up to its history, and return it; what happened comes first."""
    entries = uow.history.of(case.id)
    timing = timing_of(entries, case, case_playbook(uow, case), uow.now)
    heard = replace(case, quiet_at=None, quiet_by="") if _is_given_back(case, entries) else case
    return uow.cases.keep_time(case, timed(heard, timing, uow.now))


def _is_given_back(case: Case, entries: Sequence[Entry]) -> bool:
    """Tell whether who took the wait on, and quieted its pings, has given the case back since."""
    return case.quiet_at is not None and any(
        entry.event == Event.RELEASED
        and entry.at > case.quiet_at
        and case.quiet_by in (entry.actor, entry.facts.get("off_duty"))
        for entry in entries
    )


def case_playbook(uow: UnitOfWork, case: Case) -> Playbook:
    """Return the version of the playbook that the case began with."""
    if case.playbook:
        return playbook_of(uow, case.playbook)
    account = next((a for a in uow.accounts.all() if a.id == case.account_id), None)
    return playbook_of(uow, "", account.username if account else "")


def timed(case: Case, timing: Timing, now: datetime) -> Case:
    """Return the case with the columns that its clocks and ladder give."""
    clocks = timing.clocks
    due = clocks.next_due
    ladder = timing.ladder.name if timing.ladder and timing.steps else ""
    new_turn = timing.turn != case.turn
    reached = 0 if new_turn else case.reached
    if not new_turn and ladder != case.ladder and case.ladder:
        reached = passed(timing.steps, now)  # another ladder goes on from where time stands
    after = replace(
        case,
        waiting_since=clocks.waiting_since,
        due_at=due.due_at if due else None,
        due_kind=due.kind if due else "",
        is_late=any(clock.is_late for clock in clocks.running),
        turn=timing.turn,
        ladder=ladder or ("" if new_turn else case.ladder),
        reached=reached,
        quiet_at=None if new_turn else case.quiet_at,
        quiet_by="" if new_turn else case.quiet_by,
        escalated=False if new_turn else case.escalated,
    )
    return replace(after, wake_at=_wake_at(after, timing))


def change_ladder(uow: UnitOfWork, case: Case, old: Timing, *, by_hand: bool = False) -> Case:
    """Return the case on the ladder of its new priority or team, where nothing is said a second time.

    old      as it was before the change; the history must tell of the change by now.
    by_hand  people were called just now: what has had its time by then stays unsaid. Else the highest due
             step of the new ladder is said.
    """
    new = timing_of(uow.history.of(case.id), case, case_playbook(uow, case), uow.now)
    reached = carried_over(old.steps, case.reached, new.steps)
    if by_hand:
        reached = max(reached, passed(new.steps, uow.now))
    ladder = new.ladder.name if new.ladder and new.steps else case.ladder
    return replace(case, ladder=ladder, reached=reached)


def rearm_at(case: Case, ladder: Ladder | None) -> datetime | None:
    """Return when the pings of a quieted case go on; None while nothing quiets it."""
    if case.quiet_at is None or ladder is None or ladder.rearm_after is None:
        return None
    return case.quiet_at + ladder.rearm_after


def is_quiet(case: Case, ladder: Ladder | None) -> bool:
    """Tell whether somebody took the wait on, for good in this turn."""
    return case.quiet_at is not None and (ladder is None or ladder.rearm_after is None)


def _wake_at(case: Case, timing: Timing) -> datetime | None:
    waiting = timing.newly_late + [clock for clock in timing.clocks.running if not clock.is_late]
    moments = [clock.due_at for clock in waiting if clock.due_at]
    if case.status is not Status.RESOLVED and not is_quiet(case, timing.ladder):
        left = [step.at for step in timing.steps[case.reached :]]
        again = rearm_at(case, timing.ladder)
        moments += [max(at, again) if again else at for at in left[:1]]
    return min(moments, default=None)


def start_clocks(uow: UnitOfWork, most: int) -> int:
    """Time open cases that older processes opened without clocks, and return how many there were.

    What had waited for an hour by then is shown as late and calls nobody.
    """
    untimed = uow.cases.untimed(most)
    for case in untimed:
        playbook = case_playbook(uow, case)
        since = timing_of(uow.history.of(case.id), case, playbook, uow.now).clocks.waiting_since
        is_old = since is not None and uow.now - since > BEFORE_US
        uow.history.add(case.id, Event.TIMED, **({"before_us": "1"} if is_old else {}))
        keep_time(uow, uow.cases.keep_time(case, replace(case, playbook=playbook.digest)))
    return len(untimed)


def follow_new_version(uow: UnitOfWork, digest: str, followers: Sequence[Case]) -> None:
    """Let these open cases be decided by another version of their playbook from now on.

    The ladder goes on from where time stands, as with a change of priority: nothing is said again.
    """
    for case in followers:
        old = timing_of(uow.history.of(case.id), case, case_playbook(uow, case), uow.now)
        uow.history.add(case.id, Event.PLAYBOOK_CHANGED, playbook=digest)
        after = replace(case, playbook=digest)
        new = timing_of(uow.history.of(case.id), after, playbook_of(uow, digest), uow.now)
        said_until = max((step.at for step in old.steps[: case.reached]), default=None)
        reached = passed(new.steps, said_until) if said_until else 0
        ladder = new.ladder.name if new.ladder and new.steps else ""
        show(uow, keep_time(uow, uow.cases.save(case, replace(after, reached=reached, ladder=ladder))))
