"""A simulated day, or two beside each other, as a picture."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONTS = Path(__file__).parent / "fonts"
_COLOURS = {"low": "#5b9aa0", "medium": "#e3a93b", "high": "#c8443a"}
_PINGS, _BREACHES, _GREY = "#40576f", "#8e2f6b", "#5f6b76"
_MOST_HOURS = 36  # a backlog of days would press the day itself together


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
