"""The picture of a day: requests, pods, their CPU, and the time of an answer."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from .days import Day

MINUTE = 60
BLUE, ORANGE, GREY = "#3182bd", "#e6550d", "#969696"


def picture(day: Day, target: float, file: Path) -> None:
    """Draw a day, a point for each minute; of times the slowest second of the minute."""
    minutes = [day.seconds[k : k + MINUTE] for k in range(0, len(day.seconds), MINUTE)]
    hours = [k / 60 for k in range(len(minutes))]
    figure, (asked, pods, cpu, answer) = plt.subplots(
        4, 1, figsize=(9, 8), sharex=True, layout="constrained"
    )
    asked.plot(hours, [sum(each.requests for each in part) / MINUTE for part in minutes], c=BLUE)
    asked.set_ylabel("requests a second")
    pods.plot(hours, [part[-1].pods for part in minutes], c=BLUE, drawstyle="steps-post")
    pods.set_ylabel("pods")
    used = [100 * sum(each.utilisation for each in part) / MINUTE for part in minutes]
    cpu.plot(hours, used, c=BLUE)
    cpu.axhline(100 * target, c=GREY, linestyle="--", linewidth=1)
    cpu.annotate("target", (0.1, 100 * target + 2), color=GREY, fontsize=8)
    cpu.set_ylabel("CPU, % of the request")
    answer.plot(hours, [1e3 * max(each.answer for each in part) for part in minutes], c=ORANGE)
    answer.set_ylabel("an answer, ms")
    answer.set_xlabel("hour of the day")
    for axes in (asked, pods, cpu, answer):
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, 24)
        axes.set_xticks(range(0, 25, 3))
        axes.spines[["top", "right"]].set_visible(False)
        axes.yaxis.set_major_formatter("{x:,g}")
    asked.set_title(f"A day of {day.rate:,} requests a second on average", fontsize=10)
    figure.align_ylabels()
    figure.savefig(file, dpi=110)
    plt.close(figure)
