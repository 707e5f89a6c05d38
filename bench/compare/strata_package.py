"""The Python package of this checkout, over the library of a build."""

import os
import sys

from task import ROOT


def load(build):
    """strata_mlp; in this process and in those that it starts."""
    os.environ["STRATA_LIBRARY"] = str(build / "libstrata.so")
    sys.path.insert(0, str(ROOT / "python"))
    import strata_mlp

    return strata_mlp
