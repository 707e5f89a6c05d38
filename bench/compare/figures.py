"""Figures of repeated measurements, and which numbers of threads to try; no framework is needed here."""

import statistics


def summary(seconds):
    """Best, median, and the distance of the quartiles as a share of the median."""
    ordered = sorted(seconds)
    n = len(ordered)
    median = statistics.median(ordered)
    return {"best": ordered[0], "median": median, "spread": (ordered[n * 3 // 4] - ordered[n // 4]) / median}


def other_thread_counts(ours, cpus):
    """Powers of two and all CPUs, but for our own number."""
    powers = [1 << power for power in range(cpus.bit_length()) if 1 << power <= cpus]
    return [count for count in sorted({*powers, cpus}) if count != ours]


def best_threads(seconds_by_threads):
    """(threads, seconds) of the fastest; of equals the fewest threads."""
    return min(seconds_by_threads.items(), key=lambda item: (item[1], item[0]))


def line(small, large):
    """Start and slope of the line through two points (n, seconds): what a run costs, and what each of its n."""
    (n1, seconds1), (n2, seconds2) = small, large
    slope = (seconds2 - seconds1) / (n2 - n1)
    return seconds1 - n1 * slope, slope
