"""Broken sections about replies, in the form of tests.playbook.broken."""


def macro(text: str, rest: str = "") -> str:
    """Return a playbook with a macro of this text."""
    return f"macros:\n  - name: thanks\n    text: {text}\n{rest}"


def approval(when: str = "{}", rest: str = "") -> str:
    """Return a playbook with a rule for approvals, each key on a line of its own."""
    return f"approvals:\n  rules:\n    - name: money\n      when: {when}\n{rest}"


MACROS = [
    ("a macro without a name", "macros: [§{text: {en: Hello}}]\n", "missing-key", "name:"),
    ("a macro without a text", "macros: [§{name: thanks}]\n", "missing-key", "text:"),
    (
        "a macro's name in capitals",
        "macros: [{name: §Say Thanks, text: {en: Hi}}]\n",
        "bad-tag",
        "`say-thanks`",
    ),
    (
        "two macros of a name",
        macro("{en: Hi}", "  - {name: §thanks, text: {en: Bye}}\n"),
        "duplicate-name",
        "line 4",
    ),
    ("a macro in no language", macro("§Thank you!"), "wrong-type", "{en: "),
    ("a macro in no language at all", macro("§{}"), "empty", "at least one"),
    ("a macro in a language by name", macro("{§english: Hi}"), "bad-language", "`en`"),
    ("a macro in a language that is none", macro("{§xx: Hi}"), "bad-language", "hi-Latn"),
    ("an empty wording", macro('{en: §""}'), "empty", "write one text"),
    ("an empty wording in a list", macro('{en: [Hi, §" "]}'), "wrong-type", "write one text"),
    ("no wordings", macro("{en: §[]}"), "empty", "at least one"),
    ("a wording that is a number", macro("{en: [§404]}"), "wrong-type", "quotes"),
    (
        "a placeholder misspelt",
        macro('{en: §"Hi {customer.firstname|there}"}'),
        "unknown-placeholder",
        "first_name}`?",
    ),
    (
        "a placeholder of another tool",
        macro('{en: [a, §"Hi {name}"]}'),
        "unknown-placeholder",
        "first_name}`?",
    ),
    ("a placeholder of nothing", macro('{en: §"Hi {}"}'), "unknown-placeholder", "{agent.name}"),
    (
        "a brace that is not closed",
        macro('{en: §"Hi {customer.name|you"}'),
        "broken-braces",
        "open and close",
    ),
    ("a brace that is not opened", macro('{en: §"Hi customer.name}"}'), "broken-braces", "open and close"),
    ("double braces", macro('{en: §"Hi {{customer.name|you}}"}'), "broken-braces", "one brace"),
    ("a wording over X's length", macro(f'{{en: [Hi, §"{"a" * 281}"]}}'), "over-length", "by 1:"),
    (
        "a wording too long with a name",
        macro(f'{{tr: §"{"ş" * 265} {{customer.name|}}"}}'),
        "over-length",
        "280",
    ),
    ("a fallback without end", macro(f'{{en: §"{{agent.name|{"a" * 281}}}"}}'), "over-length", "by 1:"),
    ("a wording with a link at 23", macro(f'{{en: "{"a" * 256} {{dm_link}}"}}'), None, ""),
    ("a wording of signs too long", macro(f'{{te: §"{"👍" * 141}"}}'), "over-length", "by 2:"),
    ("a wording without end", macro(f"{{en: §{'a' * 2001}}}"), "too-long", "2000"),
    ("a character that nobody sees", macro('{en: §"a\\u0007b"}'), "control-character", "delete"),
    ("too many wordings", macro(f"{{en: §[{', '.join(f'a{n}' for n in range(21))}]}}"), "too-many", "20"),
    (
        "a label of a person on a macro",
        macro("{en: Hi}", "    tags: [§religion]\n"),
        "sensitive-label",
        "label",
    ),
    ("a key of another tool", macro("{en: Hi}", "    §tag: [late]\n"), "unknown-key", "`tags`"),
]

TONE = [
    ("a check misspelt", "tone: {verdicts: {§swaering: refuse}}\n", "unknown-key", "`swearing`"),
    ("a verdict misspelt", "tone: {verdicts: {blame: §approve}}\n", "not-a-choice", "`approval`"),
    ("a verdict that there is not", "tone: {verdicts: {blame: §block}}\n", "not-a-choice", "`refuse`"),
    ("a verdict as yes", "tone: {verdicts: {blame: §true}}\n", "not-a-choice", "`ok`"),
    ("a check beside the verdicts", "tone: {§blame: warn}\n", "unknown-key", "under `verdicts`"),
    (
        "order numbers that RE2 refuses",
        r"tone: {order_numbers: [a, §'(?=[0-9]{9})']}" + "\n",
        "bad-regex",
        "look-around",
    ),
    ("an order number as a number", "tone: {order_numbers: [§123456789]}\n", "wrong-type", "single quotes"),
    ("order numbers that are all", "tone: {order_numbers: [§'[0-9]*']}\n", "bad-regex", "empty text"),
    ("an order number too long", f"tone: {{order_numbers: [§'{'a' * 501}']}}\n", "bad-regex", "each form"),
]

APPROVALS = [
    ("a trainee by name", "approvals: {trainees: [§asha]}\n", "bad-id", "member id"),
    ("a group of trainees", "approvals: {trainees: [§S0NEW]}\n", "bad-id", "user id"),
    (
        "an approval rule without a name",
        "approvals: {rules: [§{when: {tone: true}}]}\n",
        "missing-key",
        "name:",
    ),
    ("two approval rules of a name", approval(rest="    - {name: §Money}\n"), "duplicate-name", "line 5"),
    ("a condition of triage", approval("{§words: [refund]}"), "unknown-key", "`tags`"),
    ("tone as a word", approval("{tone: §yes}"), "wrong-type", "`true`"),
    ("followers as a bare number", approval("{followers: §100000}"), "wrong-type", "at_least"),
    ("followers at most", approval("{followers: {at_least: 1, §at_most: 5}}"), "unknown-key", "at_least"),
    ("a cost in a text", approval('{cost: {at_least: §"$0.05"}}'), "wrong-type", "`0.05`"),
    ("a cost below nought", approval("{cost: {at_least: §-1}}"), "out-of-range", "from 0"),
    ("an offer that RE2 refuses", approval(r"{patterns: [§'(a)\1']}"), "bad-regex", "back-references"),
    ("an approval for an unknown team", approval("{teams: [§billing]}"), "no-such-team", "define"),
    ("an approval for an unknown priority", approval("{priorities: [§urgent]}"), "not-a-choice", "high"),
    ("a label of a person for approval", approval("{tags: [§religion]}"), "sensitive-label", "label"),
    (
        "an approver's role misspelt",
        approval(rest="      approvers: [§supervisor]\n"),
        "bad-approver",
        "`supervisors`",
    ),
    ("agents as approvers", approval(rest="      approvers: [§agents]\n"), "bad-approver", "admins"),
    ("an approver by name", approval(rest='      then: [§"@asha"]\n'), "bad-approver", "member id"),
    (
        "an approver as Slack shows them",
        approval(rest='      then: [§"<@U0ASHA>"]\n'),
        "bad-approver",
        "`U0ASHA` alone",
    ),
    ("no approvers", approval(rest="      approvers: §[]\n"), "empty", "at least one"),
    ("no approval at all", approval(rest="      count: §0\n"), "out-of-range", "at least 1"),
    ("half an approval", approval(rest="      count: §1.5\n"), "wrong-type", "whole number"),
    (
        "more approvals than people",
        approval(rest="      approvers: [U0ASHA, U0ANNA]\n      count: §3\n"),
        "too-few-approvers",
        "`count: 2`",
    ),
    (
        "as many approvals as a group has",
        approval(rest="      approvers: [U0ASHA, S0LEADS]\n      count: 3\n"),
        None,
        "",
    ),
    ("no time to approve", approval(rest="      within: §0m\n"), "bad-span", "longer"),
    ("minutes to approve without a unit", approval(rest="      within: §15\n"), "bad-span", "`15m`"),
]

REPLIES = [
    ("an undo that is too long", "replies: {undo: §2m}\n", "span-too-long", "`60s`"),
    ("an undo without a unit", "replies: {undo: §5}\n", "bad-span", "unit"),
    ("no undo", "replies: {undo: 0s}\n", None, ""),
    ("an undo beside the replies", "§undo: 5s\n", "unknown-key", "under `replies`"),
    (
        "a signature of an unknown name",
        'replies: {signature: §"– {agent}"}\n',
        "unknown-placeholder",
        "agent.first_name}`?",
    ),
    ("a signature without end", f"replies: {{signature: §{'a' * 81}}}\n", "over-length", "80"),
    ("a price in a text", 'prices: {link: §"0.20"}\n', "wrong-type", "`0.20`"),
    ("a price below nought", "prices: {reply: §-0.01}\n", "out-of-range", "from 0"),
    ("a price of a fortune", "prices: {reply: §101}\n", "out-of-range", "to 100"),
    (
        "a price of nothing that is",
        "prices: {tweet: 0.01}\n".replace("tweet", "§tweet"),
        "unknown-key",
        "`post`",
    ),
    ("prices that are no word", "prices: §free\n", "wrong-type", "`none`"),
    ("prices that are none", "prices: none\n", None, ""),
]

DM = [
    ("direct messages where the cards are", "dm_channel: §cards\n", "public-role", "private channel"),
    ("direct messages with the supervisors", "dm_channel: §supervisors\n", "public-role", "private channel"),
    ("a channel for direct messages without #", "dm_channel: §customers\n", "bad-channel", '"#press"'),
    ("a channel for direct messages unquoted", "§dm_channel: #customers\n", "empty", "quotes"),
    (
        "an invitation that is not there",
        "move_to_dm: {invite: §invite_to_dm}\n",
        "no-such-macro",
        "define it",
    ),
    (
        "a macro misspelt",
        macro("{en: Hi}", "move_to_dm: {nudge: §thank}\n"),
        "no-such-macro",
        "`thanks`?",
    ),
    (
        "an invitation without a link",
        macro('{en: ["Here: {dm_link}", §Write to us!]}', "move_to_dm: {invite: thanks}\n"),
        "no-dm-link",
        "{dm_link}",
    ),
    (
        "one wording of an invitation without a link",
        macro("{tr: §Bize yazın!}", "move_to_dm: {invite: thanks}\n"),
        "no-dm-link",
        "{dm_link}",
    ),
    ("a text instead of a macro", 'move_to_dm: {closing: §"We go on in DM."}\n', "bad-tag", "small letters"),
    ("no time to write", "move_to_dm: {wait: §0m}\n", "bad-span", "longer"),
    ("privacy in no language", "move_to_dm: {privacy: §https}\n", "wrong-type", "{en: "),
    ("privacy in an unknown language", "move_to_dm: {privacy: {§xx: Hi}}\n", "bad-language", "ISO 639-1"),
    (
        "privacy with a placeholder",
        'move_to_dm: {privacy: {en: §"Hi {agent.name}"}}\n',
        "broken-braces",
        "without",
    ),
    ("privacy without end", f"move_to_dm: {{privacy: {{en: §{'a' * 501}}}}}\n", "too-long", "500"),
    ("a privacy line that is empty", 'move_to_dm: {privacy: {en: §""}}\n', "empty", "write one text"),
]

REPLY_KINDS = [*MACROS, *TONE, *APPROVALS, *REPLIES, *DM]
