"""Who else can see this array? Asked before writing into one, and before trusting a saved one.

CPython counts references; an array that only its owner refers to cannot be changed, or be seen to
change, by anybody else. Views count, because a view refers to its base. What an unshared array
counts is measured at import, as it differs between versions of Python.
"""

import sys
from typing import Any
from zlib import crc32

import numpy as np

references = sys.getrefcount
"""Counts the references to an array, to be compared with one of the constants below."""


class _Holder:
    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array


def _references_of_a_local() -> int:
    array = np.empty(0)
    return references(array)


def _references_of_an_array_held_twice() -> int:
    row = _Holder(np.empty(0))
    tensor = _Holder(row.array)
    count = references(row.array)
    del tensor
    return count


def _references_of_an_array_in_a_dict() -> int:
    arrays = {0: np.empty(0)}
    array = arrays.get(0)
    return references(array)


LOCAL = _references_of_a_local()
"""What ``references(x)`` gives for a local variable ``x`` that is the array's only holder."""

HELD_IN_A_DICT = _references_of_an_array_in_a_dict()
"""What ``references(x)`` gives for a local variable ``x`` that a dict holds, and nobody else."""

HELD_TWICE = _references_of_an_array_held_twice()
"""What ``references(row.x)`` gives for an array held by two attributes: of a row and a Tensor."""


def fingerprint(array: np.ndarray[Any, Any]) -> int:
    """Return a checksum of the array's bytes, equal as long as no element is changed."""
    return crc32(np.ascontiguousarray(array).data)
