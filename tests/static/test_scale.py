"""Serving at scale: the page is what the command says, and the simulation what theory says."""

from itertools import pairwise

import pytest

from benchmarks.scale.__main__ import PRICE
from benchmarks.scale.autoscaler import Autoscaler
from benchmarks.scale.day import DAY, SURGE, Second, Setup, demand, play
from benchmarks.scale.days import RATES, Day, play_day
from benchmarks.scale.page import page
from benchmarks.scale.picture import picture
from benchmarks.scale.pod import Pod, at, fit, rate_at, simulate, wait_one_by_one
from benchmarks.scale.sources import PROBES_SECONDS, Sources, cores, read_sources
from tools.examples import ROOT

MILLISECOND = 0.001


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources()


@pytest.fixture(scope="module")
def days(sources: Sources) -> list[Day]:
    return [play_day(sources, rate) for rate in RATES]


def test_the_page_is_what_the_command_says(sources: Sources, days: list[Day]) -> None:
    said = (ROOT / "docs" / "scale.md").read_text("utf-8")
    assert page(sources, days, PRICE) == said, "make scale writes it"


def test_a_price_of_ones_own_changes_the_cost_in_proportion(
    sources: Sources, days: list[Day]
) -> None:
    (day,) = (day for day in days if day.rate == 10_000)
    money = day.pods * cores("250m") * 730 * 0.08
    assert f"| {money:,.0f} |" in page(sources, days, 0.08)


def test_the_picture_is_drawn(days: list[Day], tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("picture") / "scale.png"
    picture(days[-1], 0.7, file)
    for each in (file, ROOT / "docs" / "images" / "scale.png"):
        assert each.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("load", [0.2, 0.5, 0.7, 0.9])
def test_a_pod_that_answers_one_by_one_waits_as_pollaczek_and_khinchine_say(load: float) -> None:
    found = simulate(Pod(MILLISECOND, 0, 1), load / MILLISECOND, 200_000)
    wanted = MILLISECOND + wait_one_by_one(load / MILLISECOND, MILLISECOND)
    assert found.mean == pytest.approx(wanted, rel=0.04)
    assert found.busy == pytest.approx(load, rel=0.01)


def test_a_queue_without_end_has_no_mean_wait() -> None:
    with pytest.raises(ValueError, match="a load of 1 has no mean wait"):
        wait_one_by_one(1 / MILLISECOND, MILLISECOND)


def test_a_pod_answers_lone_connections_as_fast_as_was_measured(sources: Sources) -> None:
    pod = fit(sources.rates)
    for connections in (1, 64):
        assert connections / pod.seconds(connections) == pytest.approx(sources.rates[connections])
    assert 16 / pod.seconds(16) == pytest.approx(sources.rates[16], rel=0.15)


def test_a_pod_that_is_asked_rarely_answers_alone_and_a_full_one_together(sources: Sources) -> None:
    pod = sources.pod()
    rarely = simulate(pod, 1, 2_000)
    assert rarely.mean == pytest.approx(pod.seconds(1), rel=0.01)
    assert rarely.busy == pytest.approx(pod.seconds(1), rel=0.1)
    full = simulate(pod, 0.98 * pod.capacity, 20_000)
    assert full.busy > 0.98
    assert full.mean > pod.seconds(30)


@pytest.mark.parametrize("busy", [0.3, 0.5, 0.7, 0.9])
def test_between_simulated_rates_the_curve_is_right(sources: Sources, busy: float) -> None:
    rate = rate_at(sources.pod(), busy)
    found, wanted = at(sources.pod(), rate), simulate(sources.pod(), rate, 50_000, seed=2)
    assert found.busy == pytest.approx(busy, abs=1e-6)
    assert wanted.busy == pytest.approx(busy, abs=0.03)
    assert found.mean == pytest.approx(wanted.mean, rel=0.05)


# Of Kubernetes' documentation: 200m where 100m are wanted doubles the pods, 50m halves them.
@pytest.mark.parametrize(
    ("utilisation", "pods", "wanted"),
    [(2.0, 3, 6), (0.5, 8, 4), (1.09, 10, 10), (0.91, 10, 10), (1.2, 10, 12), (1.0, 4, 4)],
)
def test_the_autoscaler_decides_as_kubernetes_documents(
    utilisation: float, pods: int, wanted: int
) -> None:
    assert Autoscaler(1.0, 1, 100).decide(0, utilisation, pods) == wanted


def test_it_keeps_to_its_bounds_and_its_pace() -> None:
    assert Autoscaler(0.7, 2, 5).decide(0, 3.0, 4) == 5
    assert Autoscaler(0.7, 2, 5).decide(0, 0.0, 4) == 2
    assert Autoscaler(0.1, 1, 1000).decide(0, 1.0, 2) == 6
    assert Autoscaler(0.1, 1, 1000).decide(0, 1.0, 20) == 40


def test_pods_that_are_not_ready_count_as_idle_where_more_are_wanted() -> None:
    assert Autoscaler(0.5, 1, 100).decide(0, 1.0, 4, 4) == 8
    assert Autoscaler(0.5, 1, 100).decide(0, 1.0, 4, 2) == 8
    assert Autoscaler(0.5, 1, 100).decide(0, 1.0, 4) == 8


def test_it_goes_down_only_after_five_minutes() -> None:
    scaler = Autoscaler(0.5, 1, 100)
    assert scaler.decide(0, 0.5, 10) == 10
    decisions = [scaler.decide(time, 0.1, 10) for time in range(15, 316, 15)]
    assert decisions[:19] == [10] * 19
    assert decisions[19] == 2


def steady(rate: int, most_waiting: int, pods: int = 2, seconds: int = 120) -> list[Second]:
    setup = Setup(Pod(0, MILLISECOND, 1), 12, most_waiting, pods)
    return play([rate] * seconds, setup, Autoscaler(0.7, pods, pods))


def test_what_more_than_the_pods_can_answer_waits_or_is_refused_and_nothing_is_lost() -> None:
    capacity, rate, bound = 2_000, 2_100, 500
    seconds = steady(rate, bound)
    waiting = [(each.answer - seconds[0].answer) * capacity for each in seconds]
    assert waiting[5] - waiting[4] == pytest.approx(rate - capacity)
    assert seconds[-1].refused == pytest.approx(rate - capacity)
    refused = sum(each.refused for each in seconds)
    assert rate * len(seconds) - refused == pytest.approx(capacity * len(seconds) + 2 * bound)
    assert seconds[-1].utilisation == 1


def test_where_pods_suffice_nothing_waits() -> None:
    seconds = steady(1_000, 500)
    assert all(each.refused == 0 and each.answer < 2 * MILLISECOND for each in seconds)
    assert seconds[0].utilisation == pytest.approx(0.5, rel=0.05)


def test_a_new_pod_answers_once_it_is_ready(days: list[Day], sources: Sources) -> None:
    seconds = days[-1].seconds
    assert sources.start_seconds > PROBES_SECONDS
    grown = [k for k, (a, b) in enumerate(pairwise(seconds)) if b.pods > a.pods]
    assert grown
    for k in grown:
        assert seconds[k + 1].ready <= seconds[k].pods
        assert seconds[k + 1 + int(sources.start_seconds) + 1].ready == seconds[k + 1].pods


def test_a_surge_makes_pods_and_five_minutes_later_they_end(days: list[Day]) -> None:
    pods = [each.pods for each in days[-1].seconds]
    before, during = pods[SURGE[0] - 1], max(pods[SURGE[0] : SURGE[1]])
    assert during > 1.5 * before
    assert pods[SURGE[1] + 60] == pods[SURGE[1] - 1]
    assert pods[SURGE[1] + 900] < before


@pytest.mark.parametrize("rate", RATES)
def test_a_day_has_its_mean_and_is_the_same_again(rate: int) -> None:
    requests = demand(rate, 1)
    assert sum(requests) / DAY == pytest.approx(rate, rel=0.02)
    assert demand(rate, 1) == requests != demand(rate, 2)
