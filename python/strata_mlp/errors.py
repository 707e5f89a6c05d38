"""What goes wrong, by what is at fault."""

from __future__ import annotations


class StrataError(RuntimeError):
    """It failed while it worked: no memory, a file that cannot be written."""


class SettingsError(StrataError, ValueError):
    """Settings or arguments that are wrong, alone or together."""


class DataError(StrataError, ValueError):
    """Data, a model or a snapshot that cannot be used."""


class DivergedError(StrataError, ArithmeticError):
    """The loss is no longer finite: the learning rates are too high."""
