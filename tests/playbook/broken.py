"""Broken playbooks: what is wrong, the source with § before the place, the code, and a word of the mend.

A source that does not begin with "|" follows the two lines that each playbook needs.
"""

from tests.playbook.broken_replies import REPLY_KINDS

HEAD = "version: 1\nname: Shop\n"


def rule(when: str = "{}", then: str = "{}", rest: str = "") -> str:
    """Return a playbook with one rule, each part on a line of its own."""
    return (
        "triage:\n  rule_sets:\n    - name: topics\n      rules:\n        - name: first\n"
        f"          when: {when}\n          then: {then}\n{rest}"
    )


def example(text: str) -> str:
    """Return a playbook whose one rule has this example."""
    return rule(rest=f"          examples:\n            - {text}\n")


def step(text: str, rest: str = "") -> str:
    """Return a playbook with a ladder of this step."""
    return f"escalation:\n  ladders:\n    - name: urgent\n      steps:\n        - {text}\n{rest}"


def hours(days: str = '{mon: ["09:00-17:00"]}', zone: str = "Europe/Istanbul", rest: str = "") -> str:
    """Return a playbook with the desk's hours."""
    return f"hours:\n  desk:\n    time_zone: {zone}\n    days: {days}\n{rest}"


YAML = [
    ("an empty file", "|", "empty-file", "version: 1"),
    ("only comments", "|# nothing yet\n", "empty-file", "version: 1"),
    ("a list at the top", "|§- version: 1\n", "not-a-mapping", "keys"),
    ("a text at the top", "|§hello\n", "not-a-mapping", "keys"),
    ("two documents", "|version: 1\nname: a\n§---\nname: b\n", "several-documents", "one playbook"),
    ("an alias", "description: §*name\n", "alias", "write the value out"),
    ("an anchor", "description: §&name hello\n", "anchor", "take it out"),
    ("a star before a word in a list", rule("{words: [§*refund]}"), "alias", '"*refund"'),
    ("a tag of Python", "description: §!!python/name:os.system x\n", "tag", "take the tag out"),
    ("a tag of one's own", "description: §!urgent x\n", "tag", "quotes"),
    ("a merge key", "threading:\n  §<<: {dm: 3d}\n", "merge-key", "write the keys out"),
    ("a key twice", "description: a\n§description: b\n", "duplicate-key", "line 3"),
    ("a key twice inside", "threading: {dm: 3d, §dm: 4d}\n", "duplicate-key", "keep one"),
    ("a number as key", "threading:\n  §1: 3d\n", "bad-key", "quotes"),
    ("a mapping as key", "threading:\n  §{a: b}: 3d\n", "bad-key", "word before the colon"),
    ("too many levels", "description: " + "[" * 19 + "§[" + "[" * 3000, "too-deep", "at most 20"),
    ("a tab", "threading:\n§\tdm: 3d\n", "tab", "spaces"),
    ("a person by @", "people:\n  agents: [§@asha]\n", "at-sign", "U0ASHA"),
    ("an open quote", 'description: "hello\n', "not-closed", "close"),
    ("an open bracket", "people:\n  agents: [U0ASHA\n", "not-closed", "]"),
    ("a colon in a text", "description: note§: hello\n", "colon", "quotes"),
    ("a line without a colon", "description: hi\naccounts\n§", "no-colon", "key: value"),
    ("a key that is shifted", "threading:\n  dm: 3d\n §burst: 3m\n", "indent", "same column"),
    ("words after a quote", 'description: "a" §b\n', "indent", "quote"),
    ("a backslash in double quotes", rule('{regex: ["§\\d+"]}'), "escape", "single quotes"),
    ("a control character", "description: a§\x07b\n", "control-character", "delete"),
]

SHAPE = [
    ("no version", "|§name: Shop\n", "missing-key", "version: 1"),
    ("no name", "|§version: 1\n", "missing-key", "name: My shop"),
    ("a version to come", "|version: §2\nname: Shop\n", "bad-version", "version: 1"),
    ("a version as text", '|version: §"1"\nname: Shop\n', "wrong-type", "version: 1"),
    ("a name that is a number", "|version: 1\nname: §404\n", "wrong-type", "quotes"),
    ("a name without end", f"|version: 1\nname: §{'x' * 81}\n", "bad-name", "80"),
    ("an unknown section", "§colour: red\n", "unknown-key", "triage"),
    ("a section misspelt", "§escalations: {}\n", "unknown-key", "escalation"),
    ("a section of a later version", "§automation: []\n", "not-yet", "later version"),
    ("a section without anything", "§people:\n", "empty", "take the key out"),
    ("a section that is a text", "people: §everybody\n", "wrong-type", "agents"),
    ("a list where keys belong", "threading:\n  §- dm: 3d\n", "wrong-type", "keys and values"),
    ("a word where a list belongs", "accounts: §acme\n", "wrong-type", "[acme]"),
    ("an entry without anything", "accounts:\n  -§\n", "empty", "take the entry out"),
    ("yes for true", "apply_to_open: §yes\n", "wrong-type", "`true`"),
    ("no in capitals", "escalation: {raise_priority: §NO}\n", "wrong-type", "`false`"),
    ("true in quotes", 'apply_to_open: §"true"\n', "wrong-type", "true"),
    ("accounts with a comma", "accounts: §acme, other\n", "wrong-type", "[acme, other]"),
    ("an account with @", 'accounts: [§"@acme"]\n', "bad-username", "`acme`"),
    ("an account with a hyphen", "accounts: [§acme-help]\n", "bad-username", "letters"),
    ("an account twice", "accounts: [acme, §ACME]\n", "duplicate-name", "line 3"),
]

PEOPLE = [
    ("a person by name", "people: {agents: [§Asha]}\n", "bad-id", "member id"),
    ("an id in small letters", "people: {supervisors: [§u0asha]}\n", "bad-id", "U0ASHA"),
    ("a person as Slack shows them", 'people: {agents: [§"<@U0ASHA|asha>"]}\n', "bad-id", "`U0ASHA` alone"),
    ("a channel as a person", "people: {agents: [§C0PRESS]}\n", "bad-id", "user id or group id"),
    ("a group among the guests", "people: {allowed: [§S0GUESTS]}\n", "bad-id", "user id"),
    ("a role that is misspelt", "people: {§supervisor: [U0ASHA]}\n", "unknown-key", "supervisors"),
    ("a team in capitals", "people: {teams: {§Billing: {members: [U0ASHA]}}}\n", "bad-tag", "`billing`"),
    ("a team of unknown hours", "people: {teams: {billing: {hours: §office}}}\n", "no-such-hours", "define"),
    ("a shift without hours", "people:\n  shifts:\n    - §who: [U0ASHA]\n", "missing-key", "hours: early"),
    ("a shift of nobody", "people: {shifts: [{who: §[], hours: always}]}\n", "empty", "at least one"),
]

HOURS = [
    ("a bare time", hours("{mon: [§18:00]}"), "bad-time", "09:00-17:30"),
    ("a time of twelve hours", hours('{mon: [§"9am-5pm"]}'), "bad-time", "24 hours"),
    ("a time with one digit", hours('{mon: [§"9:00-17:00"]}'), "bad-time", "09:00-17:30"),
    ("a long dash", hours('{mon: [§"09:00–17:00"]}'), "bad-time", "plain hyphen"),
    ("hour 25", hours('{mon: [§"09:00-25:00"]}'), "bad-time", "24 hours"),
    ("a span of no length", hours('{mon: [§"09:00-09:00"]}'), "bad-time", "00:00-24:00"),
    ("a span that is no list", hours('{mon: §"09:00-17:00"}'), "wrong-type", "write a list"),
    ("spans that overlap", hours('{mon: ["09:00-13:00", §"12:00-17:00"]}'), "overlap", "follow each other"),
    ("days in capitals", hours('{§Mon-Fri: ["09:00-17:00"]}'), "bad-day", "`mon-fri`"),
    ("all working days", hours('{§weekdays: ["09:00-17:00"]}'), "bad-day", "`mon-fri`"),
    ("a closed day", hours("{sun: §closed}"), "wrong-type", "leave the day out"),
    ("a zone by its offset", hours(zone="§GMT+3"), "bad-time-zone", "Europe/Istanbul"),
    ("a day in full", hours('{§Monday: ["09:00-17:00"]}'), "bad-day", "`mon`"),
    ("a range that is no range", hours('{§mon-freitag: ["09:00-17:00"]}'), "bad-day", "mon-fri"),
    ("a day twice", hours('{mon-fri: ["09:00-17:00"], §fri: ["09:00-12:00"]}'), "day-twice", "mon-fri"),
    ("a city as zone", hours(zone="§Istanbul"), "bad-time-zone", "Europe/Istanbul"),
    ("a zone misspelt", hours(zone="§Europe/Istambul"), "bad-time-zone", "Europe/Istanbul"),
    ("hours without a zone", "hours:\n  desk:\n    §days: {}\n", "missing-key", "time_zone"),
    ("hours that are a word", "hours: {night: §never}\n", "wrong-type", "always"),
    ("hours called always", "hours: {§always: always}\n", "reserved-name", "another name"),
    ("a country's name", hours(rest="    holidays: {country: §Turkey}\n"), "bad-country", "`TR`"),
    ("no such country", hours(rest="    holidays: {country: §XX}\n"), "bad-country", "ISO 3166"),
    (
        "no such state",
        hours(rest="    holidays: {country: IN, subdivision: §ZZ}\n"),
        "bad-subdivision",
        "write one of",
    ),
    ("a state alone", hours(rest="    holidays: {subdivision: §TG}\n"), "bad-country", "country"),
    ("30 February", hours(rest="    holidays: {closed: [§2026-02-30]}\n"), "bad-date", "exists"),
    ("a date the other way", hours(rest="    holidays: {open: [§24.12.2026]}\n"), "bad-date", "year, month"),
]

TARGETS = [
    ("a span without a unit", "priorities: {high: {first_response: §15}}\n", "bad-span", "`15m`"),
    ("a span in words", "priorities: {high: {first_response: §15 minutes}}\n", "bad-span", "`15m`"),
    ("a span the wrong way", "priorities: {high: {first_response: §30m1h}}\n", "bad-span", "`1h30m`"),
    ("half an hour", "priorities: {high: {first_response: §0.5h}}\n", "bad-span", "`30m`"),
    ("hours and a half", "priorities: {high: {first_response: §1.5 hours}}\n", "bad-span", "`1h30m`"),
    ("a unit in capitals", "priorities: {high: {first_response: §10M}}\n", "bad-span", "`10m`"),
    ("a span below nought", "priorities: {high: {first_response: §-5m}}\n", "bad-span", "`5m`"),
    ("a target without its name", "priorities: {high: §15m}\n", "wrong-type", "{first_response: 15m}"),
    ("no time at all", "priorities: {high: {first_response: §0m}}\n", "bad-span", "15m"),
    ("a span of years", "priorities: {low: {resolution: §400d}}\n", "span-too-long", "366d"),
    ("a target misspelt", "priorities: {high: {§first_responce: 15m}}\n", "unknown-key", "first_response"),
    ("a priority of one's own", "priorities: {§urgent: {first_response: 5m}}\n", "unknown-key", "`high`"),
    ("targets in unknown hours", "priorities: {high: {hours: §night}}\n", "no-such-hours", "always"),
    ("a window of zero", "threading: {public: §0s}\n", "bad-span", "longer"),
]

TRIAGE = [
    (
        "a rule without a name",
        "triage:\n  rule_sets:\n    - name: a\n      rules:\n        - §when: {}\n          then: {}\n",
        "missing-key",
        "name:",
    ),
    (
        "a rule without when",
        "triage: {rule_sets: [{name: a, rules: [§{name: b, then: {}}]}]}\n",
        "missing-key",
        "when:",
    ),
    ("no rules", "triage: {rule_sets: [{name: a, rules: §[]}]}\n", "empty", "at least one"),
    (
        "two rules of one name",
        rule(rest="        - name: §First\n          when: {}\n          then: {}\n"),
        "duplicate-name",
        "line 7",
    ),
    ("a condition misspelt", rule("{§word: [refund]}"), "unknown-key", "`words`"),
    ("tags beside then", rule(rest="          §tags: [refund]\n"), "unknown-key", "under `then`"),
    ("words that are one text", rule("{words: §refund}"), "wrong-type", "[refund]"),
    ("a number among the words", rule("{words: [refund, §911]}"), "wrong-type", '"911"'),
    ("true among the words", rule("{words: [§true]}"), "wrong-type", '"true"'),
    ("no words", rule("{words: §[]}"), "empty", "at least one"),
    ("a lone star", rule('{words: [§"*"]}'), "bad-word", "before the *"),
    ("a star in front", rule('{words: [§"*fund"]}'), "bad-word", "end of a word"),
    (
        "a hashtag in the words, unquoted",
        rule("{words: [refund,\n            §#help\n            ]}").replace("§", ""),
        None,
        "",
    ),
    ("a hashtag with #", rule('{hashtags: [§"#help"]}'), "bad-hashtag", "`help`"),
    ("a hashtag of two words", rule("{hashtags: [§big outage]}"), "bad-hashtag", "one word"),
    ("look-ahead", rule("{regex: ['a', §'(?=refund)']}"), "bad-regex", "look-around"),
    ("a back-reference", rule(r"{regex: [§'(a)\1']}"), "bad-regex", "back-references"),
    ("an open bracket in an expression", rule("{regex: [§'(refund']}"), "bad-regex", "close"),
    ("an edge in the middle", rule(r"{regex: [§'a\b c']}"), "bad-regex", "words"),
    ("an expression for everything", rule("{regex: [§'.*']}"), "bad-regex", "empty text"),
    ("an expression too large", rule("{regex: [§'((a{30}){30}){30}']}"), "bad-regex", "repeat"),
    ("an expression too long", rule(f"{{regex: [§'{'a' * 501}']}}"), "bad-regex", "500"),
    ("a language by name", rule("{language: [§english]}"), "bad-language", "`en`"),
    ("a language in capitals", rule("{language: [§TR]}"), "bad-language", "`tr`"),
    ("Norwegian stays text", rule("{language: [no]}"), None, ""),
    ("a mood that there is not", rule("{sentiment: [§furious]}"), "not-a-choice", "angry"),
    ("a kind of post misspelt", rule("{kind: [§mentions]}"), "not-a-choice", "`mention`"),
    ("links as a word", rule("{links: §yes}"), "wrong-type", "`true`"),
    ("a host with its path", rule('{links: [§"https://example.com/a"]}'), "bad-host", "`example.com`"),
    ("followers as a number", rule("{followers: §10000}"), "wrong-type", "at_least"),
    ("followers with a k", rule("{followers: {at_least: §10k}}"), "wrong-type", "whole number"),
    ("followers as text", rule('{followers: {at_least: §"10000"}}'), "wrong-type", "10000"),
    ("followers below nought", rule("{followers: {at_least: §-1}}"), "out-of-range", "at least 0"),
    ("bounds the wrong way", rule("{followers: §{at_least: 10, at_most: 5}}"), "bad-bounds", "at_most: 10"),
    ("no bounds", rule("{followers: §{}}"), "empty", "at_least"),
    ("an hour that is none", rule("{hour: [§22-06]}"), "bad-time", "22:00-06:00"),
    ("open as a bare no", rule("{open: §no}"), "wrong-type", "`false`"),
    ("open by unknown hours", rule("{open: §night}"), "no-such-hours", "always"),
    ("not as a list", rule("{not: §[{vip: true}]}"), "wrong-type", "keys and values"),
    ("any as a mapping", rule("{any: §{vip: true}}"), "wrong-type", "list"),
    (
        "a fault deep inside",
        rule("{all: [{not: {any: [{words: [a]}, {§wrods: [b]}]}}]}"),
        "unknown-key",
        "words",
    ),
    ("a priority misspelt", rule(then="{priority: §hihg}"), "not-a-choice", "`high`"),
    ("a priority in capitals", rule(then="{priority: §High}"), "not-a-choice", "`high`"),
    ("a tag with a space", rule(then="{tags: [§Payment Failed]}"), "bad-tag", "`payment-failed`"),
    (
        "a label of a person",
        rule(then="{tags: [payment, §mental-health]}"),
        "sensitive-label",
        "store no label",
    ),
    ("an unknown team", rule(then="{team: §billing}"), "no-such-team", "define"),
    (
        "a team misspelt",
        "people: {teams: {billing: {}}}\n" + rule(then="{team: §biling}"),
        "no-such-team",
        "`billing`",
    ),
    ("sensitive as a text", rule(then="{sensitive: §very}"), "wrong-type", "true"),
    ("an example without expect", example("§{post: hello}"), "missing-key", "expect"),
    ("an example that expects nothing", example("{post: hello, expect: §{}}"), "empty", "priority: high"),
    (
        "an example of an unknown rule",
        example("{post: hello, expect: {rule: §frist}}"),
        "no-such-rule",
        "`first`",
    ),
    (
        "a time without offset",
        example("{post: hello, at: §2026-12-24T18:30:00, expect: {priority: low}}"),
        "bad-moment",
        "+03:00",
    ),
    ("pictures as a list", example("{post: hello, media: §[a], expect: {priority: low}}"), "wrong-type", "1"),
    ("a VIP with @", 'triage: {vip: [§"@boss"]}\n', "bad-username", "`boss`"),
    ("a priority as otherwise", "triage: {otherwise: §medium}\n", "wrong-type", "priority: medium"),
]

ROUTING = [
    ("routes as a mapping", "routing: §{channel: cards}\n", "wrong-type", "list"),
    (
        "a channel without quotes",
        "routing:\n  - {tags: [press]}\n  - §channel: #press\n",
        "empty",
        '"#press"',
    ),
    ("a channel without #", "routing: [{channel: §press}]\n", "bad-channel", '"#press"'),
    ("a channel in capitals", 'routing: [{channel: §"#Press"}]\n', "bad-channel", '"#press"'),
    ("a channel with a space", 'routing: [{channel: §"#press room"}]\n', "bad-channel", '"#press-room"'),
    ("a channel with a period", 'routing: [{channel: §"#press.tr"}]\n', "bad-channel", '"#press-tr"'),
    ("a channel that is too long", f'routing: [{{channel: §"#{"p" * 81}"}}]\n', "bad-channel", "at most 80"),
    ("a role misspelt", "routing: [{channel: §supervisor}]\n", "bad-channel", "`supervisors`"),
    ("an owner that is a person", "routing: [{owner: §U0ASHA}]\n", "not-a-choice", "least_load"),
    ("an owner misspelt", "routing: [{owner: §round-robin}]\n", "not-a-choice", "`round_robin`"),
    ("a route to an unknown team", "routing: [{team: §billing}]\n", "no-such-team", "define"),
    ("one tag instead of a list", "routing: [{tags: §press}]\n", "wrong-type", "[press]"),
    ("no tags", "routing: [{tags: §[]}]\n", "empty", "at least one"),
    (
        "two routes of a name",
        "routing: [{name: a, channel: cards}, {name: §a}]\n",
        "duplicate-name",
        "another",
    ),
]

ESCALATION = [
    ("a ladder without steps", "escalation: {ladders: [§{name: a}]}\n", "missing-key", "steps"),
    ("a ladder of no steps", "escalation: {ladders: [{name: a, steps: §[]}]}\n", "empty", "at least one"),
    (
        "a channel without quotes in braces",
        "routing:\n  - {name: press, tags: [press], channel: §#press}\n  - {channel: cards}\n",
        "remark",
        '"#press"',
    ),
    ("a step without a time", step("§{ping: [agents]}"), "no-time", "after: 5m"),
    ("a step with two times", step("{after: 5m, §at: 75%, ping: [agents]}"), "two-times", "keep one"),
    ("a step that tells nobody", step("§{after: 5m, text: Hello}"), "nobody", "ping"),
    ("one person instead of a list", step("{after: 5m, ping: §agents}"), "wrong-type", "[agents]"),
    ("a ping of a role misspelt", step("{after: 5m, ping: [§supervisor]}"), "bad-ping", "`supervisors`"),
    ("a ping of a channel", step('{after: 5m, ping: [§"#press"]}'), "bad-ping", "channel"),
    ("a ping of a name", step('{after: 5m, ping: [§"@asha"]}'), "bad-ping", "U0ASHA"),
    ("a share without its sign", step("{at: §75, ping: [agents]}"), "bad-percent", "`75%`"),
    ("a share as a fraction", step("{at: §0.75, ping: [agents]}"), "bad-percent", "75%"),
    ("a share of nothing", step("{at: §0%, ping: [agents]}"), "bad-percent", "1%"),
    ("a share too large", step("{at: §1001%, ping: [agents]}"), "bad-percent", "1000%"),
    ("a span under at", step("{at: §15m, ping: [agents]}"), "bad-percent", "after"),
    ("a share under after", step("{after: §75%, ping: [agents]}"), "bad-span", "whole numbers"),
    ("a text without end", step(f"{{after: 5m, ping: [agents], text: §{'a' * 501}}}"), "too-long", "500"),
    (
        "repeating without an end",
        step("{after: 5m, ping: [agents]}", "      repeat: §{every: 5m}\n"),
        "missing-key",
        "times",
    ),
    (
        "repeating too often",
        step("{after: 5m, ping: [agents]}", "      repeat: {every: 5m, times: §1000}\n"),
        "out-of-range",
        "100",
    ),
    (
        "quieted by something else",
        step("{after: 5m, ping: [agents]}", "      quieted_by: [§answer]\n"),
        "not-a-choice",
        "acknowledge",
    ),
    (
        "a ladder for an unknown team",
        step("{after: 5m, ping: [agents]}", "      teams: [§billing]\n"),
        "no-such-team",
        "define",
    ),
    (
        "a ladder for an unknown priority",
        step("{after: 5m, ping: [agents]}", "      priorities: [§urgent]\n"),
        "not-a-choice",
        "high",
    ),
    (
        "two ladders of a name",
        step("{after: 5m, ping: [agents]}", "    - {name: §urgent, steps: [{after: 1m, ping: [team]}]}\n"),
        "duplicate-name",
        "another",
    ),
]

KINDS = [*YAML, *SHAPE, *PEOPLE, *HOURS, *TARGETS, *TRIAGE, *ROUTING, *ESCALATION, *REPLY_KINDS]
