"""Replies: the dialog in which an answer is written, until it is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workflows.domain.case import CaseId, claim, may_write
from workflows.domain.macro import Macro
from workflows.domain.playbook import Playbook
from workflows.domain.reply import Answer, digest, fit_text, may_answer, nfc_lines
from workflows.domain.tone import Finding, Verdict
from workflows.errors import Conflict, Refusal
from workflows.services.approvals import ask_approval, void_approvals
from workflows.services.board import Asker, refresh_card, tell_privately
from workflows.services.clocks import case_playbook, keep_time
from workflows.services.composing import Composed, compose, macro_text, wordings_filled
from workflows.services.context import changes_since, newest_line
from workflows.services.escalations import quiet_by_claim
from workflows.services.sending import held_draft, send_draft
from workflows.store import drafts as states
from workflows.store.approvals import SENT_BACK, Approval
from workflows.store.drafts import Draft, DraftId
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.store.views import DRAFTING_FOR, CaseView, EventView, MessageView

MOST_TARGETS = 20


class ToneRefused(Refusal):
    """The tone check does not let these words out."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("tone_refused")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody has filled in so far; None is left as it was."""

    text: str | None = None
    target: str | None = None
    channel: str | None = None
    macro: str | None = None
    signed: bool | None = None
    as_thread: bool | None = None
    promised_by: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Return what was filled in, without the macro, which does more than to be kept."""
        names = ("text", "target", "channel", "signed", "as_thread", "promised_by")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class OpenReply:
    """What the reply dialog shows.

    targets  the customer's posts that can be answered, newest first.
    may_dm   the customer has written to us by direct message, so that we may, too.
    others   colleagues who have a draft of this case open at this moment.
    news     what happened since the author last looked; they have to look again.
    back     the request that sent this draft back, with the reason; None for none.
    look     why the last look is shown: "news", "tone", "parts", "macro"; "" while it is written.
    """

    draft: Draft
    view: CaseView
    target: MessageView
    targets: Sequence[MessageView]
    composed: Composed
    macros: Sequence[Macro]
    signature: bool
    may_dm: bool
    others: Sequence[str]
    news: Sequence[EventView] = field(default=())
    look: str = ""
    back: Approval | None = None


def open_reply(uow: UnitOfWork, case_id: CaseId, asker: Asker, *, rule: str, purpose: str = "") -> OpenReply:
    """Start (or take up) the asker's draft of an answer to the customer's newest post or message.

    rule     how strictly X lets us answer.
    purpose  of a hand-off to DM ("invite" …): the draft then begins with the playbook's macro for it.

    Raises Missing, HeldByOther, Refusal ("resolved", "answer_on_x", "post_gone", "macro_missing",
    "unfilled").
    """
    case = uow.cases.get(case_id)
    may_write(case, asker.agent, uow.now)
    view = uow.views.case(case_id)
    target = uow.views.target(case_id, public_only=bool(purpose))
    may_by_api = may_answer(target.summons, rule=rule, follow_ups_refused=view.follow_ups_refused)
    if not target.is_dm and may_by_api is Answer.ON_X:
        message = uow.views.newest_dm(case_id)
        if purpose or message is None:
            raise Refusal("answer_on_x", username=view.customer.username, post=target.external_id)
        target = message
    if target.gone:
        raise Refusal("post_gone")
    channel = states.DM if target.is_dm else states.PUBLIC
    seen = newest_line(uow, case_id)
    draft, is_new = uow.drafts.start(
        case_id, asker.agent, target.external_id, channel=channel, purpose=purpose, seen=seen
    )
    if is_new and purpose:
        draft = _begin_with(uow, draft, view, target, purpose)
    if asker.agent not in view.drafting:
        uow.cases.touch(case_id)
        refresh_card(uow, case, asker)
    return look_at(uow, draft)


def _begin_with(uow: UnitOfWork, draft: Draft, view: CaseView, target: MessageView, purpose: str) -> Draft:
    playbook = case_playbook(uow, view.case)
    name = getattr(playbook.move_to_dm, purpose)
    macro = next((macro for macro in playbook.macros if macro.name == name), None)
    if macro is None:
        raise Refusal("macro_missing", purpose=purpose)
    text = macro_text(uow, macro, draft, view, target)
    uow.drafts.change(draft.id, draft.author, text=text, macro=macro.name)
    return uow.drafts.get(draft.id)


def look_at(uow: UnitOfWork, draft: Draft, *, news: Sequence[EventView] = (), look: str = "") -> OpenReply:
    """Return what the dialog of a draft shows now."""
    view = uow.views.case(draft.case_id)
    target = uow.views.message(view.case.account_id, draft.target)
    playbook = case_playbook(uow, view.case)
    return OpenReply(
        draft=draft,
        view=view,
        target=target,
        targets=uow.views.targets(draft.case_id, MOST_TARGETS),
        composed=compose(uow, draft, view, target),
        macros=_offered(playbook, view),
        signature=bool(playbook.replies.signature),
        may_dm=uow.views.newest_dm(draft.case_id) is not None,
        others=tuple(who for who in view.drafting if who != draft.author),
        news=news,
        look=look,
        back=_sent_back(uow, draft),
    )


def _sent_back(uow: UnitOfWork, draft: Draft) -> Approval | None:
    asked = uow.approvals.of_draft(draft.id)
    return asked[-1] if asked and asked[-1].state == SENT_BACK else None


def _offered(playbook: Playbook, view: CaseView) -> Sequence[Macro]:
    """Return the macros, those for the tags of the case first."""
    tags = set(view.case.tags)
    return sorted(playbook.macros, key=lambda macro: not tags & set(macro.tags))


def leave_dialog(uow: UnitOfWork, draft_id: DraftId, asker: Asker | None = None) -> None:
    """Nobody writes this draft any more: its words stay, and the card no longer says that somebody writes."""
    draft = uow.drafts.get(draft_id)
    if (asker is None or draft.author == asker.agent) and uow.drafts.close(draft_id):
        case = uow.cases.get(draft.case_id)
        uow.cases.touch(case.id)
        refresh_card(uow, case)


def leave_old_dialogs(uow: UnitOfWork) -> None:
    """Slack does not always tell that a dialog was closed: after a quarter of an hour nobody writes."""
    for draft in uow.drafts.left_open(uow.now - DRAFTING_FOR):
        leave_dialog(uow, draft.id)


def keep_draft(uow: UnitOfWork, draft_id: DraftId, agent: str, choices: Choices) -> Draft:
    """Keep what was filled in so far: a closed dialog loses nothing. A macro that was picked fills it.

    Raises Missing, Refusal ("not_your_draft", "unfilled").
    """
    draft = held_draft(uow, draft_id)
    if draft.author != agent:
        raise Refusal("not_your_draft")
    if draft.state != states.OPEN:
        return draft
    values = choices.values()
    channel, target = values.pop("channel", draft.channel), values.pop("target", "")
    if target and _fits(uow, draft, target, channel):
        values |= {"target": target, "channel": channel}
    elif channel != draft.channel:
        values |= _of_channel(uow, draft, channel)
    if values:
        uow.drafts.change(draft.id, draft.author, **values)
        draft = uow.drafts.get(draft_id)
    if choices.macro and choices.macro != draft.macro:
        draft = _fill(uow, draft, choices.macro)
    return draft


def _fits(uow: UnitOfWork, draft: Draft, target: str, channel: str) -> bool:
    """Tell whether this is a message of the case that is answered in this channel.

    Nothing in a payload but ids is believed; and whoever chose a direct message has not chosen to answer in
    public, whatever the menu of posts still says.
    """
    account = uow.cases.get(draft.case_id).account_id
    if uow.views.case_of(account, target) != draft.case_id:
        return False
    return uow.views.message(account, target).is_dm == (channel == states.DM)


def _of_channel(uow: UnitOfWork, draft: Draft, channel: str) -> dict[str, str]:
    """Return what answering in this channel means: the newest post, or the newest direct message."""
    if channel == states.DM:
        message = uow.views.newest_dm(draft.case_id)
        return {"target": message.external_id, "channel": channel} if message else {"channel": draft.channel}
    target = uow.views.target(draft.case_id, public_only=True)
    return {"target": target.external_id, "channel": states.PUBLIC}


def _fill(uow: UnitOfWork, draft: Draft, name: str) -> Draft:
    """Put a macro's wording after what was typed, or in the place of another macro's that nobody touched."""
    view = uow.views.case(draft.case_id)
    macros = {macro.name: macro for macro in case_playbook(uow, view.case).macros}
    if name not in macros:
        return draft
    target = uow.views.message(view.case.account_id, draft.target)
    text = macro_text(uow, macros[name], draft, view, target)
    before = macros.get(draft.macro)
    untouched = before is not None and draft.text in wordings_filled(uow, before, draft, view)
    typed = "" if untouched else draft.text.strip()
    text = f"{typed}\n{text}" if typed else text
    uow.drafts.change(draft.id, draft.author, text=text, macro=name, fills=draft.fills + 1)
    return uow.drafts.get(draft.id)


def submit_reply(uow: UnitOfWork, draft_id: DraftId, asker: Asker, choices: Choices) -> OpenReply | None:
    """Hand the asker's answer in: it goes out, or to who must approve it; answering a free case claims it.

    Returns the dialog when its author has to look again before anything leaves: something happened
    meanwhile, or the words were not seen as they would stand. None when it is handed in.

    Raises Missing, HeldByOther, ToneRefused, Conflict ("already_submitted"), Refusal ("empty", "too_long",
    "resolved", "not_your_draft", "promise_past", "unfilled", "post_gone").
    """
    draft = held_draft(uow, draft_id)
    if draft.author != asker.agent:
        raise Refusal("not_your_draft")
    if draft.state != states.OPEN:
        typed = nfc_lines(choices.text or "")
        is_same = bool(typed) and (draft.whole or draft.text).startswith(typed)
        raise Conflict("already_submitted", same="1" if is_same else "")
    fills = draft.fills
    draft = keep_draft(uow, draft_id, asker.agent, choices)
    if choices.promised_by and choices.promised_by <= uow.now:
        raise Refusal("promise_past")
    case = uow.cases.get(draft.case_id)
    may_write(case, asker.agent, uow.now)
    held = _hold_for_news(uow, draft)
    if held:
        return held
    reply = look_at(uow, draft)
    _check(reply)
    look = _not_yet_seen(reply, filled=draft.fills != fills)
    if look:
        shown(uow, draft, reply.composed.final)
        return replace(reply, look=look)
    uow.drafts.change(draft.id, draft.author, text=reply.composed.final, digest=digest(reply.composed.final))
    _take(uow, draft, asker)
    _hand_in(uow, uow.drafts.get(draft.id), reply, asker)
    return None


def _hold_for_news(uow: UnitOfWork, draft: Draft) -> OpenReply | None:
    """Return the dialog, with what happened since its author last looked; None when nothing did."""
    changes = changes_since(uow, draft.case_id, draft.seen, but_by=draft.author)
    if not changes:
        return None
    news = uow.views.told(draft.case_id, [line.number for line in changes])
    uow.drafts.change(draft.id, draft.author, seen=newest_line(uow, draft.case_id))
    reply = look_at(uow, uow.drafts.get(draft.id), news=news, look="news")
    shown(uow, draft, reply.composed.final)
    return reply


def _not_yet_seen(reply: OpenReply, *, filled: bool) -> str:
    """Return why the author has to see these words once more as they would stand; "" when they have."""
    composed = reply.composed
    if reply.draft.digest == digest(composed.final):
        return ""
    if filled:
        return "macro"
    if composed.verdict is Verdict.WARN:
        return "tone"
    return "parts" if len(composed.parts) > 1 else ""


def shown(uow: UnitOfWork, draft: Draft, final: str) -> None:
    """Remember that the author has seen these words as they will stand."""
    if final:
        uow.drafts.change(draft.id, draft.author, digest=digest(final))


def _check(reply: OpenReply) -> None:
    composed, draft = reply.composed, reply.draft
    if reply.target.gone:
        raise Refusal("post_gone")
    refused = [finding for finding in composed.findings if finding.verdict is Verdict.REFUSE]
    if refused:
        raise ToneRefused(refused)
    if len(composed.parts) == 1:
        fit_text(composed.final if draft.text.strip() else "", limit=composed.limit)


def _take(uow: UnitOfWork, draft: Draft, asker: Asker) -> None:
    """Let answering a free case claim it."""
    before = uow.cases.get(draft.case_id)
    case = uow.cases.save(before, claim(before, asker.agent, uow.now))
    if case != before:
        uow.history.add(case.id, Event.CLAIMED, ("agent", asker.agent))
        case = keep_time(uow, quiet_by_claim(uow, case, asker.agent))
    else:
        uow.cases.touch(case.id)


def _hand_in(uow: UnitOfWork, draft: Draft, reply: OpenReply, asker: Asker) -> None:
    case = uow.cases.get(draft.case_id)
    private = Asker(asker.agent, channel=asker.channel or case.card_channel or case.channel)
    if reply.composed.needs:
        ask_approval(uow, draft, reply.composed.needs, private)
    else:
        void_approvals(uow, case.id, "another_sent")
        sent = send_draft(uow, draft)
        if sent.leaves_at:
            key = f"undo:{draft.id}:{sent.leaves_at.timestamp():.0f}"
            at = sent.leaves_at.isoformat()
            tell_privately(uow, private, key, "sends_at", at=at, draft=str(draft.id))
    refresh_card(uow, uow.cases.get(case.id), asker)
