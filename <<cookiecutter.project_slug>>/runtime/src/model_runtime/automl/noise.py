"""Differences between two estimators on the same folds, held against their noise."""

from math import sqrt
from statistics import mean, stdev

from scipy.special import stdtrit

SURE = 0.95
"""The confidence that a difference has to have, one-sided, by Student's t."""


def cannot_win(gains: list[float], n_folds: int) -> bool:
    """Say of a trial that is measured on some of the folds that it won't be better over all.

    A race as in Maron and Moore, Hoeffding Races (NIPS 1994), by paired differences as in Birattari
    et al., A Racing Algorithm for Configuring Metaheuristics (GECCO 2002): the bound is that of
    the mean over n folds, of which k are known, so that the standard error has the correction for
    finite populations, 1 - k/n (Cochran, Sampling Techniques, 1977, 2.6).

    Args:
        gains: By how much it is better on each of its k folds than the best trial.
        n_folds: All of them, n.
    """
    k = len(gains)
    if not 1 < k < n_folds:
        return False
    return mean(gains) + noise(gains) * sqrt(1 - k / n_folds) < 0


def noise(gains: list[float]) -> float:
    """Return how large the mean of n paired differences has to be to be more than noise."""
    n = len(gains)
    return float(stdtrit(n - 1, SURE)) * stdev(gains) / sqrt(n)
