"""A flat arena: parameters end to end in one array, so that a step is a few array operations.

NumPy takes about half a microsecond for each call, whatever the size of its arrays; fifty small
parameters one by one would cost an optimizer hundreds of calls.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from operator import attrgetter, is_
from typing import Any, cast

import numpy as np

from autograd_mini.rows import Array, Leaf
from autograd_mini.tensors import Tensor

CHUNK = 65_536
"""Elements updated at a time, so that a step over many stays in the processor's cache."""

_ELSEWHERE = object()
_NONE: frozenset[int] = frozenset()
_gradient = attrgetter("_grad._array")
_dtype = attrgetter("_array.dtype")


class Block:
    """A stretch of an arena that is updated at once.

    ``w``: its values. ``g``: a copy of its gradients, which may be written to, like ``spare``.
    ``state``: its part of each array of the state, and the numbers, such as ``step``.
    """

    __slots__ = ("g", "members", "piece", "spare", "state", "w")

    def __init__(self, arena: "Arena", members: slice, start: int, stop: int) -> None:
        self.members = members
        origin = arena.bounds[members.start]
        self.piece = slice(start - origin, stop - origin)  # of a member too large for one block
        self.w = arena.values[start:stop]
        self.g, self.spare = arena.scratch[:, : stop - start]
        self.state: dict[str, Any] = {k: v[start:stop] for k, v in arena.memory.items()}

    def gather(self, gradients: list[Any]) -> None:
        """Copy the members' gradients into ``g``."""
        first, last = self.members.start, self.members.stop
        if last - first == 1:
            np.copyto(self.g, gradients[first][self.piece])
        else:
            np.concatenate(gradients[first:last], out=self.g)


class Arena:
    """Parameters of one dtype, which live in one flat array, and their optimizer's state.

    The array of a parameter becomes a part of ``values``, its *home*. The base of a home is a
    memoryview and not an array, so that the engine sees aliases of it (``Tensor._relocate``). A
    *visitor* lives elsewhere, because somebody else holds its array or another optimizer's arena
    has taken it in; its values are fetched before a step and brought back after it.

    ``initial``: the arrays of the state and what they are filled with at first. ``numbers``: the
    same for the numbers of the state.
    """

    def __init__(
        self, params: list[Tensor], initial: Mapping[str, float], numbers: Mapping[str, float]
    ) -> None:
        self.initial, self.numbers = initial, numbers
        self.bounds = [0, *accumulate(p.size for p in params)]
        self.values = np.empty(self.bounds[-1], params[0].dtype)
        self.scratch = np.empty((2, min(CHUNK, self.values.size)), self.values.dtype)
        self.memory = {name: np.empty_like(self.values) for name in initial}
        self._params = params
        self._leaves = [cast(Leaf, p.row) for p in params]
        self._places = self._parts(self.values)
        self._state_places = {name: self._parts(array) for name, array in self.memory.items()}
        self._homes = list(map(self._move_in, params, self._leaves, self._places))
        self._entries: list[dict[str, Any]] = []
        self._blocks: list[Block] = []
        self._blocks_lack: frozenset[int] | None = None
        self._visitors: list[int] = []
        self._moves_seen = -1

    def _parts(self, flat: Array) -> list[Array]:
        parts = np.split(flat, self.bounds[1:-1])
        return [part.reshape(p.shape) for part, p in zip(parts, self._params, strict=True)]

    def _move_in(self, p: Tensor, leaf: Leaf, place: Array) -> Any:
        """Let ``p`` live in ``place`` unless its array is shared; return the base of its home."""
        if leaf.is_shared():
            return _ELSEWHERE
        place[...] = p._array
        home = np.asarray(place.data)
        p._relocate(home)
        return home.base

    def blocks(self, states: Mapping[Tensor, dict[str, Any]], is_fresh: bool) -> Iterator[Block]:
        """Yield blocks to be updated, gradients gathered; then take over what became of them.

        A block holds neighbours that have gradients and equal numbers. ``states``: of each
        parameter, kept up to date here. ``is_fresh``: others may have changed it.
        """
        gradients, lacking = self._gradients()
        if is_fresh or lacking != self._blocks_lack:
            self._adopt(states, lacking)
            self._blocks = list(self._cut(lacking))
            self._blocks_lack = lacking
        visitors = self._visiting()
        for i in visitors:
            self._places[i][...] = self._params[i]._array
        for block in self._blocks:
            block.gather(gradients)
            try:
                yield block
            finally:  # an update that was interrupted has written too
                for leaf in self._leaves[block.members]:
                    leaf.written()
            entries = self._entries[block.members]
            for name in self.numbers:
                number = block.state[name]
                for entry in entries:
                    entry[name] = number
        for i in visitors:
            self._params[i]._array[...] = self._places[i]

    def _visiting(self) -> list[int]:
        """Return the positions of the visitors."""
        if self._moves_seen != Leaf.moves:
            self._moves_seen = Leaf.moves
            params = enumerate(zip(self._params, self._homes, strict=True))
            self._visitors = [i for i, (p, home) in params if p._array.base is not home]
        return self._visitors

    def _gradients(self) -> tuple[list[Any], frozenset[int]]:
        """Return the gradients as flat arrays, and the positions where there is none."""
        try:
            return [g.ravel() for g in map(_gradient, self._params)], _NONE
        except AttributeError:
            grads = [p.grad for p in self._params]
            lacking = frozenset(i for i, g in enumerate(grads) if g is None)
            return [None if g is None else g._array.ravel() for g in grads], lacking

    def _adopt(self, states: Mapping[Tensor, dict[str, Any]], lacking: frozenset[int]) -> None:
        """Let ``memory`` hold the arrays in ``states``; begin the state of those who have none."""
        self._entries = [{} if i in lacking else states[p] for i, p in enumerate(self._params)]
        moves = []
        for i, entry in enumerate(self._entries):
            if i not in lacking:
                for name, number in self.numbers.items():
                    entry.setdefault(name, number)
                for name, start in self.initial.items():
                    place, value = self._state_places[name][i], entry.get(name, start)
                    if value is not place:
                        moves.append((place, np.array(value)))  # the places of two may be swapped
                        entry[name] = place
        for place, value in moves:
            place[...] = value

    def _cut(self, lacking: frozenset[int]) -> Iterator[Block]:
        """Cut the parameters that have gradients into blocks."""
        first = 0
        n = len(self._params)
        while first < n:
            last = first + 1
            start = self.bounds[first]
            if first not in lacking:
                numbers = self._numbers(first)
                while (
                    last < n
                    and last not in lacking
                    and self.bounds[last + 1] - start <= CHUNK
                    and self._numbers(last) == numbers
                ):
                    last += 1
                stop = self.bounds[last]
                for begin in range(start, stop, CHUNK):
                    block = Block(self, slice(first, last), begin, min(begin + CHUNK, stop))
                    block.state |= numbers
                    yield block
            first = last

    def _numbers(self, i: int) -> dict[str, float]:
        return {name: self._entries[i][name] for name in self.numbers}


class Layout:
    """The arenas of a parameter group, one for each dtype, and what they were laid out for."""

    def __init__(
        self,
        params: list[Tensor],
        options: dict[str, Any],
        memory: dict[str, float],
        numbers: Mapping[str, float],
    ) -> None:
        self.options, self.memory = options, memory
        self._params = list(params)
        by_dtype: dict[Any, list[Tensor]] = {}
        for p in params:
            by_dtype.setdefault(p.dtype, []).append(p)
        self.arenas = [Arena(alike, memory, numbers) for alike in by_dtype.values()]
        self._dtypes = list(map(_dtype, params))
        self._moves_seen = Leaf.moves

    def fits(self, params: list[Tensor]) -> bool:
        """Tell whether the group still has these parameters, of these dtypes."""
        if len(params) != len(self._params) or not all(map(is_, params, self._params)):
            return False
        if self._moves_seen != Leaf.moves:
            if list(map(_dtype, params)) != self._dtypes:
                return False
            self._moves_seen = Leaf.moves
        return True
