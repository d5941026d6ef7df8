"""A simulated day in figures: what came, who was pinged when, what was late, and how two playbooks differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflows.domain.playbook import PRIORITIES, Playbook
from workflows.playbook.explain import zone_of
from workflows.playbook.simulate import Lived
from workflows.playbook.synthetic_day import Incoming

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONTS = Path(__file__).parent / "fonts"
_COLOURS = {"low": "#5b9aa0", "medium": "#e3a93b", "high": "#c8443a"}
_PINGS, _BREACHES, _GREY = "#40576f", "#8e2f6b", "#5f6b76"
_MOST_HOURS = 36  # a backlog of days would press the day itself together

MOST_PINGS = 10_000  # that are listed one by one; the counts are of all
_SHOWN = 20


def figures(playbook: Playbook, lives: Sequence[Lived]) -> dict[str, Any]:
    """Return the form of `playbook simulate --json` for one playbook."""
    zone = zone_of(playbook)
    return {
        "playbook": {"name": playbook.name, "file": playbook.file or None},
        "time_zone": str(zone),
        "mentions": len(lives),
        "by_priority": _by_priority(lives),
        "by_hour": by_hour(lives, zone),
        "by_rule": _counts(one.judged.rule or "(otherwise)" for one in lives),
        "by_tag": _counts(tag for one in lives for tag in one.judged.tags),
        "by_team": _counts(one.judged.team or "(none)" for one in lives),
        "by_channel": _counts(one.judged.channel for one in lives),
        "by_language": _counts(one.judged.language for one in lives),
        "by_sentiment": _counts(one.judged.sentiment for one in lives),
        "answered": sum(one.done is not None for one in lives),
        "waits": {name: _waits(lives, name) for name in PRIORITIES},
        "pings": _pings(lives, zone),
        "ping_count": sum(len(one.pings) for one in lives),
        "pings_by_target": _counts(target for one in lives for ping in one.pings for target in ping.targets),
        "steps_off_duty": sum(one.off_duty for one in lives),
        "breaches": sum(len(one.late) for one in lives),
        "breaches_by_priority": _by_priority(lives, lambda one: len(one.late)),
        "breaches_by_kind": _counts(kind.value for one in lives for kind in one.late),
        "approvals": _approvals(lives),
        "cost": _cost(lives),
    }


def _approvals(lives: Sequence[Lived]) -> int:
    """Return how many answers will need approval whatever they say; words and authors may ask for more."""
    return sum(one.judged.awaits_approval for one in lives)


def _cost(lives: Sequence[Lived]) -> float:
    """Return what X bills for one plain answer to each who gets one, in dollars; reading is not counted."""
    return round(sum(one.judged.cost for one in lives if one.done), 3)


def by_hour(lives: Sequence[Lived], zone: tzinfo) -> list[dict[str, Any]]:
    """Return, for each hour from the first mention on, what came, was said and became late in it.

    A breach counts in the hour in which its mention came.
    """
    if not lives:
        return []
    first = lives[0].at.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    rows: list[dict[str, Any]] = []

    def row(at: datetime) -> dict[str, Any]:
        place = int((at - first) / timedelta(hours=1))
        while len(rows) <= place:
            hour = (first + timedelta(hours=len(rows))).astimezone(zone)
            counts = dict.fromkeys((*PRIORITIES, "pings", "breaches"), 0)
            rows.append({"hour": hour.isoformat(timespec="seconds"), **counts})
        return rows[place]

    for one in lives:
        row(one.at)[one.judged.priority] += 1
        row(one.at)["breaches"] += len(one.late)
        for ping in one.pings:
            row(ping.at)["pings"] += 1
    return rows


def difference(
    incoming: Sequence[Incoming], first: Sequence[Lived], second: Sequence[Lived], zone: tzinfo
) -> dict[str, Any]:
    """Return what the second playbook makes of the same mentions that the first does not."""
    pairs = list(zip(incoming, first, second, strict=True))
    other = [pair for pair in pairs if _decided(pair[1]) != _decided(pair[2])]
    moved = Counter(f"{a.judged.priority} to {b.judged.priority}" for _, a, b in other)
    return {
        "judged_differently": len(other),
        "priority": sum(a.judged.priority != b.judged.priority for _, a, b in other),
        "rule": sum(a.judged.rule != b.judged.rule for _, a, b in other),
        "channel": sum(a.judged.channel != b.judged.channel for _, a, b in other),
        "moves": {move: count for move, count in moved.most_common() if len(set(move.split(" to "))) == 2},
        "by_priority": {name: _by_priority(second)[name] - _by_priority(first)[name] for name in PRIORITIES},
        "pings": sum(len(b.pings) - len(a.pings) for _, a, b in pairs),
        "breaches": sum(len(b.late) - len(a.late) for _, a, b in pairs),
        "approvals": _approvals(second) - _approvals(first),
        "cost": round(_cost(second) - _cost(first), 3),
        "first": [
            {
                "text": one.mention.text,
                "at": one.at.astimezone(zone).isoformat(timespec="seconds"),
                "first": _decision(a),
                "second": _decision(b),
            }
            for one, a, b in other[:_SHOWN]
        ],
    }


def _decided(one: Lived) -> tuple[object, ...]:
    judged = one.judged
    return judged.priority, judged.rule, judged.channel, judged.team, judged.tags


def _decision(one: Lived) -> dict[str, Any]:
    return {"priority": one.judged.priority, "rule": one.judged.rule or None}


def _by_priority(lives: Sequence[Lived], weight: Callable[[Lived], int] | None = None) -> dict[str, int]:
    counts = dict.fromkeys(PRIORITIES, 0)
    for one in lives:
        counts[one.judged.priority] += weight(one) if weight else 1
    return counts


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _waits(lives: Sequence[Lived], priority: str) -> dict[str, int | None]:
    """Return within how many seconds half and nine of ten of those who got an answer had it."""
    spans = sorted(
        one.done.answered_at - one.at for one in lives if one.done and one.judged.priority == priority
    )
    if not spans:
        return {"p50_s": None, "p90_s": None}
    return {f"p{share}_s": int(spans[(len(spans) - 1) * share // 100].total_seconds()) for share in (50, 90)}


def _pings(lives: Sequence[Lived], zone: tzinfo) -> list[dict[str, Any]]:
    pings = sorted(
        ((ping, number) for number, one in enumerate(lives) for ping in one.pings),
        key=lambda pair: (pair[0].at, pair[1]),
    )
    told = []
    for ping, number in pings[:MOST_PINGS]:
        at = ping.at.astimezone(zone).isoformat(timespec="seconds")
        told += [
            {
                "at": at,
                "step": ping.step,
                "target": target,
                "channel": ping.channel or None,
                "mention": number,
            }
            for target in ping.targets
        ]
    return told


def draw(days: Sequence[dict[str, Any]], file: Path, *, title: str) -> None:
    """Write a PNG of these days, as `figures` gives them: volumes by priority, pings and breaches by hour."""
    import matplotlib as mpl  # noqa: PLC0415 - takes half a second, and only charts need it

    mpl.use("Agg")
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    families = []
    for font in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(font)
        families.append(font_manager.FontProperties(fname=font).get_name())
    look: dict[Any, Any] = {
        "font.family": [*families, "DejaVu Sans"],
        "font.size": 10,
        "axes.edgecolor": "#b8c0c8",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": _GREY,
        "ytick.color": _GREY,
    }
    with mpl.rc_context(look):
        figure = Figure(figsize=(max(9.5, 7.5 * len(days)), 6.4), layout="constrained")
        figure.suptitle(title, fontsize=13, x=0.01, ha="left")
        axes = figure.subplots(2, len(days), squeeze=False, sharex="col", sharey="row", height_ratios=(3, 2))
        for column, day in enumerate(days):
            _volumes(axes[0][column], day)
            _troubles(axes[1][column], day)
        for row, words in ((0, "mentions in an hour"), (1, "in an hour")):
            axes[row][0].set_ylabel(words, color=_GREY)
        figure.savefig(file, format="png", dpi=130)


def _volumes(axes: "Axes", day: dict[str, Any]) -> None:
    rows = _rows(day)
    places = range(len(rows))
    bottom = [0] * len(rows)
    for priority, colour in _COLOURS.items():
        heights = [row[priority] for row in rows]
        label = f"{priority} ({day['by_priority'][priority]:,})"
        axes.bar(places, heights, 0.86, bottom=bottom, color=colour, label=label)
        bottom = [under + height for under, height in zip(bottom, heights, strict=True)]
    axes.set_title(f"{day['playbook']['name']}: {day['mentions']:,} mentions", fontsize=11, loc="left")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], frameon=False, loc="upper left")
    _plain(axes)


def _troubles(axes: "Axes", day: dict[str, Any]) -> None:
    rows = _rows(day)
    places = list(range(len(rows)))
    left, right = [place - 0.21 for place in places], [place + 0.21 for place in places]
    pings, breaches = [row["pings"] for row in rows], [row["breaches"] for row in rows]
    axes.bar(left, pings, 0.42, color=_PINGS, label=f"pings said ({day['ping_count']:,})")
    label = f"targets missed, by when the post came ({day['breaches']:,})"
    axes.bar(right, breaches, 0.42, color=_BREACHES, label=label)
    top = max([*pings, *breaches, 1])
    axes.set_ylim(0, max(top * 1.35, axes.get_ylim()[1]))
    axes.legend(frameon=False, loc="upper left", ncols=2)
    _plain(axes)
    hours = [datetime.fromisoformat(row["hour"]) for row in rows]
    shown = [place for place in places if hours[place].hour % 3 == 0]
    axes.set_xticks(shown, [f"{hours[place]:%H:%M}" for place in shown])
    later = sum(row["pings"] for row in day["by_hour"][_MOST_HOURS:])
    more = f"; {later:,} further pings come later" if later else ""
    axes.set_xlabel(f"{_days(hours)}, {day['time_zone']}{more}", color=_GREY)


def _rows(day: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the hours that are drawn: up to the last in which something happened."""
    rows = list(day["by_hour"][:_MOST_HOURS])
    while rows and not any(rows[-1][name] for name in (*_COLOURS, "pings", "breaches")):
        rows.pop()
    return rows


def _days(hours: Sequence[datetime]) -> str:
    if not hours:
        return "no mentions"
    first, last = hours[0].date(), hours[-1].date()
    return f"{first:%a %d %b %Y}" + (f" to {last:%a %d %b}" if last != first else "")


def _plain(axes: "Axes") -> None:
    axes.yaxis.grid(visible=True, color="#e4e8ec")
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.margins(x=0.01)
