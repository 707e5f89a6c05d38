"""How many threads others allow."""

from __future__ import annotations

import os
from typing import Optional

_LIMITS = ("OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT")  # joblib sets the first for its workers


def limit(cpus: Optional[int] = None) -> Optional[int]:
    """What joblib's environment variables allow, if fewer than `cpus`, or than this process may use; else None."""
    texts = [text.split(",")[0].strip() for text in map(os.environ.get, _LIMITS) if text]
    numbers = [int(text) for text in texts if text.isdigit() and int(text) > 0]
    if not numbers:
        return None
    least = min(numbers)
    return least if least < (len(os.sched_getaffinity(0)) if cpus is None else cpus) else None
