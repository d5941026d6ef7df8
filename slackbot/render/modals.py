"""The reply dialog: which post, public or not, a macro, the words, and how the world will read them."""

from collections.abc import Sequence

from slackbot.render.text import (
    Json,
    context,
    escape,
    inert,
    line,
    moment,
    option,
    person,
    plain,
    quote,
    rich,
)
from slackbot.render.thread import news_sentence
from slackbot.render.tone import why
from slackbot.words import count, say
from workflows.domain.length import weighted_length
from workflows.domain.tone import Verdict
from workflows.services.composing import Composed
from workflows.services.replies import OpenReply
from workflows.store.drafts import DM, PUBLIC, Draft

REPLY = "submit_reply"
REPLY_TEXT = "reply_text"
TARGET, CHANNEL, MACRO, OPTIONS, PROMISE = (
    "reply_target",
    "reply_channel",
    "reply_macro",
    "reply_options",
    "reply_promise",
)
SIGNED, AS_THREAD = "signed", "as_thread"
_MOST_OPTIONS = 100
_MOST_FINDINGS = 6
_SIGNS = {
    Verdict.REFUSE: ":no_entry:",
    Verdict.APPROVAL: ":raised_hand:",
    Verdict.WARN: ":warning:",
    Verdict.NOTE: ":information_source:",
}


def text_block_id(draft: Draft) -> str:
    """Return the id of the text field: the same at every update, so that Slack keeps what was typed.

    Only a macro makes it a new one, which Slack then fills.
    """
    return f"text-{draft.id}-{draft.fills}" if draft.fills else f"text-{draft.id}"


def render_reply_modal(reply: OpenReply) -> Json:
    """Return the dialog in which an answer is written, as far as it is."""
    draft = reply.draft
    username = reply.view.customer.username
    wrote = say("@%(username)s wrote to us", username=username)
    if not reply.target.is_dm:
        wrote = say("@%(username)s wrote", username=username)
    return {
        "type": "modal",
        "callback_id": REPLY,
        "private_metadata": str(draft.id),
        "title": plain(say("Reply on X") if draft.is_public else say("Direct message")),
        "submit": plain(_submit_label(reply)),
        "close": plain(say("Cancel")),
        "notify_on_close": True,
        "blocks": [
            *_look(reply),
            *_back(reply),
            rich(
                f"post-{draft.id}",
                line(*inert(wrote, bold=True)),
                quote(reply.target.text or "…", limit=1500),
            ),
            *_colleagues(reply),
            *_target(reply),
            *_channel(reply),
            *_macros(reply),
            _text_field(draft),
            context(f"count-{draft.id}", *_figures(reply)),
            *_findings(reply),
            *_options(reply),
            _promise(draft),
            *_preview(reply),
        ],
    }


def _submit_label(reply: OpenReply) -> str:
    if reply.composed.needs:
        return say("Ask for approval")
    return say("Send as it is") if reply.look else say("Send")


def _look(reply: OpenReply) -> list[Json]:
    """Return why its author has to look again, above all else."""
    if not reply.look:
        return []
    head = {
        "news": say(":eyes: *Not sent yet.* Something happened since you began. Please look, then decide."),
        "tone": say(":eyes: *Not sent yet.* Please look at the warnings below, then decide."),
        "parts": say(":eyes: *Not sent yet.* This is how the posts will stand. Please look, then decide."),
        "macro": say(":eyes: *Not sent yet.* The macro has been put in. Please look, then decide."),
    }[reply.look]
    blocks = [context(f"look-{reply.draft.id}", head)]
    username = reply.view.customer.username
    for event in reply.news[-5:]:
        sentence = f"{news_sentence(event, username)} · {moment(event.at)}"
        blocks.append(context(f"news-{reply.draft.id}-{event.id}", sentence))
        if event.text:
            blocks.append(rich(f"news-{reply.draft.id}-{event.id}-words", quote(event.text, limit=600)))
    return blocks


def _back(reply: OpenReply) -> list[Json]:
    """Return why a supervisor sent the draft back, and that the customer wants no more messages."""
    blocks: list[Json] = []
    if reply.view.direct.opted_out_at:
        alone = say(
            ":no_bell: *The customer asked not to be written to any more.* Answer only if you have to."
        )
        blocks.append(context(f"alone-{reply.draft.id}", alone))
    if reply.back:
        who = say("%(who)s sent it back:", who=person(reply.back.settled_by))
        blocks.append(context(f"back-{reply.draft.id}", who))
        blocks.append(rich(f"back-{reply.draft.id}-why", quote(reply.back.reason or "…", limit=500)))
    return blocks


def _colleagues(reply: OpenReply) -> list[Json]:
    if not reply.others:
        return []
    who = ", ".join(person(other) for other in reply.others)
    return [context(f"others-{reply.draft.id}", say(":warning: %(who)s is writing an answer too", who=who))]


def _target(reply: OpenReply) -> list[Json]:
    if len(reply.targets) < 2 or not reply.draft.is_public:
        return []
    options = [option(post.text, post.external_id) for post in reply.targets]
    return [
        _input(
            f"target-{reply.draft.id}",
            say("Which post"),
            _select(TARGET, options, reply.draft.target),
        )
    ]


def _channel(reply: OpenReply) -> list[Json]:
    if not reply.may_dm or not reply.targets:
        return []
    options = [option(say("Public reply"), PUBLIC), option(say("Direct message"), DM)]
    element: Json = {"type": "radio_buttons", "action_id": CHANNEL, "options": options}
    element["initial_option"] = options[0 if reply.draft.is_public else 1]
    return [_input(f"channel-{reply.draft.id}", say("Where"), element)]


def _macros(reply: OpenReply) -> list[Json]:
    if not reply.macros:
        return []
    options = [option(macro.title, macro.name) for macro in reply.macros[:_MOST_OPTIONS]]
    element = _select(MACRO, options, reply.draft.macro)
    element["placeholder"] = plain(say("Type to find one"))
    return [_input(f"macro-{reply.draft.id}", say("Macro"), element, optional=True)]


def _text_field(draft: Draft) -> Json:
    element: Json = {
        "type": "plain_text_input",
        "action_id": REPLY_TEXT,
        "multiline": True,
        "focus_on_load": True,
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
        "placeholder": plain(
            say("What the world will read under the post")
            if draft.is_public
            else say("Only the customer will read it")
        ),
    }
    if draft.text:
        element["initial_value"] = draft.text
    label = say("Public reply") if draft.is_public else say("Direct message")
    return _input(text_block_id(draft), label, element)


def _figures(reply: OpenReply) -> list[str]:
    composed = reply.composed
    figures = [_weight(composed)]
    if composed.price is not None:
        figures[0] += " · " + say("costs $%(price)s", price=f"{composed.price:.3f}".rstrip("0"))
    for need in composed.needs:
        who = ", ".join(escape(name, 40) if not name.isupper() else _who(name) for name in need.approvers)
        figures.append(
            say(
                ":raised_hand: Needs approval (%(rule)s) by %(who)s",
                rule=escape(need.rule, 60),
                who=who,
            )
        )
    return figures


def _who(name: str) -> str:
    return f"<!subteam^{name}>" if name.startswith("S") else person(name)


def _weight(composed: Composed) -> str:
    if len(composed.parts) > 1:
        return say(
            "%(number)s posts, each within %(limit)s", number=len(composed.parts), limit=composed.limit
        )
    length = weighted_length(composed.final)
    if length > composed.limit:
        over = count(
            "%(number)s character too long", "%(number)s characters too long", length - composed.limit
        )
        return say(
            ":no_entry: %(length)s of %(limit)s: %(over)s", length=length, limit=composed.limit, over=over
        )
    return say("%(length)s of %(limit)s characters, as X counts them", length=length, limit=composed.limit)


def _findings(reply: OpenReply) -> list[Json]:
    """Return what the tone check says, the hardest first."""
    order = list(Verdict)
    findings = sorted(reply.composed.findings, key=lambda finding: -order.index(finding.verdict))
    sentences = [f"{_SIGNS[f.verdict]} {escape(why(f))}" for f in findings if f.verdict in _SIGNS]
    return [context(f"tone-{reply.draft.id}", *sentences[:_MOST_FINDINGS])] if sentences else []


def _options(reply: OpenReply) -> list[Json]:
    """Return what can be ticked: the signature, and whether a long text goes out in parts."""
    draft = reply.draft
    options, ticked = [], []
    if reply.signature:
        options.append(option(say("End with the signature"), SIGNED))
        ticked += [options[-1]] if draft.signed else []
    if draft.is_public and (draft.as_thread or weighted_length(reply.composed.final) > reply.composed.limit):
        options.append(option(say("Send it as several numbered posts"), AS_THREAD))
        ticked += [options[-1]] if draft.as_thread else []
    if not options:
        return []
    element: Json = {"type": "checkboxes", "action_id": OPTIONS, "options": options}
    if ticked:
        element["initial_options"] = ticked
    return [_input(f"options-{draft.id}-{len(options)}", say("How"), element, optional=True)]


def _promise(draft: Draft) -> Json:
    element: Json = {"type": "datetimepicker", "action_id": PROMISE}
    if draft.promised_by:
        element["initial_date_time"] = int(draft.promised_by.timestamp())
    block = _input(f"promise-{draft.id}", say("Promised by"), element, optional=True)
    block["hint"] = plain(say("If the answer promises something: until when. It is kept with the answer."))
    return block


def _preview(reply: OpenReply) -> list[Json]:
    """Return exactly what will be read, part by part, once there are words."""
    composed = reply.composed
    if not composed.final:
        if not composed.suffix:
            return []
        ends = line(*inert(say("It will end with:"), italic=True))
        return [rich(f"preview-{reply.draft.id}", ends, quote(composed.suffix, limit=600))]
    head = say("The world will read:") if reply.draft.is_public else say("The customer will read:")
    quotes = [quote(part, limit=1500) for part in composed.parts]
    return [rich(f"preview-{reply.draft.id}", line(*inert(head, bold=True)), *quotes)]


def _select(action_id: str, options: Sequence[Json], chosen: str) -> Json:
    element: Json = {"type": "static_select", "action_id": action_id, "options": list(options)}
    found = next((one for one in options if one["value"] == chosen), None)
    if found:
        element["initial_option"] = found
    return element


def _input(block_id: str, label: str, element: Json, *, optional: bool = False) -> Json:
    """Return a field that tells us at once when it changes."""
    return {
        "type": "input",
        "block_id": block_id,
        "dispatch_action": True,
        "optional": optional,
        "label": plain(label),
        "element": element,
    }
