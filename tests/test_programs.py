"""Random programs: the engine against the naive reference, and against PyTorch where it is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import reference_engine as naive
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from program_engines import Naive, Ours, Torch

import autograd_mini as ag
from autograd_mini.errors import GraphError

QUICK = settings(
    derandomize=True,  # the same programs each time: a change is judged by what it changed
    max_examples=300,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
THOROUGH = settings(QUICK, max_examples=1000, stateful_step_count=50)

LARGEST = 50.0
"""Results with larger elements are dropped, so that rounding stays far below the tolerance."""


@dataclass(frozen=True, eq=False)
class Variable:
    """One value of a program, in both engines.

    ``rows``: numbers of the tracked operations that led to it. ``reads``: the leaves whose memory
    those have saved, each by its place among the leaves and the count of its writes until then.
    """

    ours: ag.Tensor
    peer: Any
    rows: frozenset[int] = frozenset()
    reads: frozenset[tuple[int, int]] = frozenset()


def write_by_operator(x: ag.Tensor, new: np.ndarray) -> None:
    same = x
    with ag.no_grad():
        x -= x - new
    assert x is same


def write_by_index(x: ag.Tensor, new: np.ndarray) -> None:
    with ag.no_grad():
        x[...] = new


def write_into_data(x: ag.Tensor, new: np.ndarray) -> None:
    x.data[...] = new


def write_as_data(x: ag.Tensor, new: np.ndarray) -> None:
    x.data = new


def write_into_detached(x: ag.Tensor, new: np.ndarray) -> None:
    x.detach().numpy()[...] = new


WRITES = [write_by_operator, write_by_index, write_into_data, write_as_data, write_into_detached]

pick = st.integers(0, 40)
seeds = st.integers(0, 10_000)
AXES = [(), (3,), (1,), (2, 3), (3, 1), (1, 3), (3, 3), (2, 3, 2), (1, 1)]


class Programs(RuleBasedStateMachine):
    """Builds a program in two engines at once and compares every value and every gradient."""

    peer_kind: type[Naive] | type[Torch] = Naive
    finished = 0
    refused = 0

    def __init__(self) -> None:
        super().__init__()
        ag.manual_seed(0)
        self.ours = Ours()
        self.peer = self.peer_kind()
        self.pool: list[Variable] = []
        self.leaves: list[Variable] = []
        self.writes: list[int] = []
        self.aliases: list[np.ndarray | None] = []
        self.n_rows = 0
        self.block: Any = None
        self.new_leaf(1, 3, True, False)
        self.new_leaf(2, 4, True, False)

    def teardown(self) -> None:
        if self.block is not None:
            self.switch_tracking()
        for variable in list(self.pool):
            if variable.rows and variable in self.pool:
                self.check_backward(variable, np.ones(variable.ours.shape), retain=True)
        type(self).finished += 1

    # ── building ──────────────────────────────────────────────────────────────────────────────

    def values(self, seed: int, shape: tuple[int, ...]) -> np.ndarray:
        """Return random values; half of the time coarse ones, among which there are ties."""
        rng = np.random.default_rng(seed)
        return np.asarray(rng.integers(-4, 5, shape) / 2 if seed % 2 else rng.uniform(-2, 2, shape))

    def at(self, i: int) -> Variable:
        return self.pool[-1 - i % len(self.pool)]  # small numbers are drawn more: go deep

    def add(self, call: Callable[..., Any], *variables: Variable) -> Variable | None:
        """Run ``call(engine, *operands)`` in both engines and compare what comes out."""
        ours = call(self.ours, *(v.ours for v in variables))
        peer = call(self.peer, *(v.peer for v in variables))
        found, expected = ours._array, self.peer.array(peer)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)
        assert ours.requires_grad == self.peer.tracked(peer)
        if isinstance(self.peer, Naive):
            peer.array = found.copy()  # no difference in rounding may grow
        if found.size == 0 or found.size > 100 or np.abs(found).max() > LARGEST:
            return None
        rows: frozenset[int] = frozenset()
        reads: frozenset[tuple[int, int]] = frozenset()
        if ours.requires_grad:
            self.n_rows += 1
            rows = frozenset([self.n_rows]).union(*(v.rows for v in variables))
            reads = frozenset(
                (number, self.writes[number])
                for number, leaf in enumerate(self.leaves)
                if any(self.shares(v, leaf) for v in variables)
            ).union(*(v.reads for v in variables))
        variable = Variable(ours, peer, rows, reads)
        self.pool.append(variable)
        return variable

    def shares(self, a: Variable, b: Variable) -> bool:
        return np.may_share_memory(a.ours._array, b.ours._array) or self.peer.shares(a.peer, b.peer)

    def smooth(self, *arrays: np.ndarray) -> bool:
        """Tell whether a kink is far enough for engines that round differently."""
        return self.peer.exact or all(np.abs(array).min(initial=1.0) > 1e-6 for array in arrays)

    @rule(seed=seeds, shape=pick, tracked=st.booleans(), alias=st.booleans())
    def new_leaf(self, seed: int, shape: int, tracked: bool, alias: bool) -> None:
        array = self.values(seed, AXES[shape % len(AXES)])
        leaf = Variable(self.ours.leaf(array, tracked), self.peer.leaf(array, tracked))
        array[...] = 99.0  # the source is the caller's own
        self.leaves.append(leaf)
        self.writes.append(0)
        self.aliases.append(leaf.ours.data if alias else None)
        self.pool.append(leaf)

    @rule(i=pick, j=pick, name=st.sampled_from(["add", *sorted(naive.PAIRS)]))
    def pair(self, i: int, j: int, name: str) -> None:
        a, b = self.fitting(i, j)
        if name == "divide" and np.abs(b.ours._array).min() < 0.25:
            name = "multiply"
        if name == "maximum" and not self.smooth(a.ours._array - b.ours._array):
            name = "add"
        self.add(lambda engine, x, y: engine.pair(name, x, y), a, b)

    def fitting(self, i: int, j: int) -> tuple[Variable, Variable]:
        """Return two variables whose shapes broadcast."""
        a, b = self.at(i), self.at(j)
        try:
            np.broadcast_shapes(a.ours.shape, b.ours.shape)
        except ValueError:
            return a, self.add(lambda engine, y: engine.reduced("mean", y, None, False), b) or a
        return a, b

    @rule(i=pick, seed=seeds, first=st.booleans(), name=st.sampled_from(["add", "multiply"]))
    def pair_with_a_raw_array(self, i: int, seed: int, first: bool, name: str) -> None:
        a = self.at(i)
        raw = self.values(seed, a.ours.shape)

        def call(engine: Any, x: Any) -> Any:
            return engine.pair(name, raw.copy(), x) if first else engine.pair(name, x, raw.copy())

        self.add(call, a)

    @rule(i=pick, j=pick, seed=seeds)
    def where(self, i: int, j: int, seed: int) -> None:
        a, b = self.fitting(i, j)
        shape = np.broadcast_shapes(a.ours.shape, b.ours.shape)
        mask = self.values(seed, shape) > 0
        self.add(lambda engine, x, y: engine.where(mask, x, y), a, b)

    @rule(i=pick, name=st.sampled_from(sorted(naive.SINGLES)))
    def single(self, i: int, name: str) -> None:
        a = self.at(i)
        if (name == "exp" and a.ours._array.max() > 3) or not self.smooth(a.ours._array):
            name = "tanh"
        self.add(lambda engine, x: engine.single(name, x), a)

    @rule(i=pick, name=st.sampled_from(["sum", "mean", "max"]), axis=pick, keepdims=st.booleans())
    def reduction(self, i: int, name: str, axis: int, keepdims: bool) -> None:
        a = self.at(i)
        chosen = [None, *range(-a.ours.ndim, a.ours.ndim)][axis % (2 * a.ours.ndim + 1)]
        if name == "max" and not self.peer.exact:
            name = "sum"
        self.add(lambda engine, x: engine.reduced(name, x, chosen, keepdims), a)

    @rule(i=pick, way=pick)
    def reshape(self, i: int, way: int) -> None:
        a = self.at(i)
        size = a.ours.size
        shapes = [(m, size // m) for m in range(1, size + 1) if size % m == 0]
        shape = [(size,), (1, size, 1), *shapes][way % (2 + len(shapes))]
        self.add(lambda engine, x: engine.reshape(x, shape), a)

    @rule(i=pick, seed=seeds)
    def transpose(self, i: int, seed: int) -> None:
        a = self.at(i)
        axes = tuple(int(n) for n in np.random.default_rng(seed).permutation(a.ours.ndim))
        self.add(lambda engine, x: engine.transpose(x, axes), a)

    @rule(i=pick, ways=st.lists(pick, min_size=3, max_size=3))
    def slices(self, i: int, ways: list[int]) -> None:
        a = self.at(i)
        parts: list[Any] = [slice(None), 0, slice(None, None, -1), slice(1, None), -1, slice(0, 2)]
        index = tuple(parts[way % len(parts)] for way in ways[: a.ours.ndim])
        self.add(lambda engine, x: engine.index(x, index), a)

    @rule(i=pick, numbers=st.lists(pick, min_size=1, max_size=5), columns=st.booleans())
    def gather(self, i: int, numbers: list[int], columns: bool) -> None:
        a = self.at(i)
        if a.ours.ndim == 0:
            return
        index: Any = np.array(numbers) % a.ours.shape[0]
        if columns and a.ours.ndim > 1:
            index = (index, np.array(numbers[::-1]) % a.ours.shape[1])
        self.add(lambda engine, x: engine.index(x, index), a)

    @rule(i=pick, seed=seeds)
    def mask(self, i: int, seed: int) -> None:
        a = self.at(i)
        chosen = self.values(seed, a.ours.shape) > 0
        if a.ours.ndim and chosen.any():
            self.add(lambda engine, x: engine.index(x, chosen), a)

    @rule(i=pick, rows=st.integers(1, 3))
    def stretch(self, i: int, rows: int) -> None:
        a = self.at(i)
        shape = (rows, *(3 if n == 1 else n for n in a.ours.shape))
        self.add(lambda engine, x: engine.stretch(x, shape), a)

    @rule(i=pick, j=pick)
    def matmul(self, i: int, j: int) -> None:
        a, b = self.at(i), self.at(j)
        inner = a.ours.shape[-1] if a.ours.ndim else 1
        if b.ours.size % inner:
            b = a
        self.add(
            lambda engine, x, y: engine.matmul(
                engine.reshape(x, (a.ours.size // inner, inner)),
                engine.reshape(y, (inner, b.ours.size // inner)),
            ),
            a,
            b,
        )

    @rule(i=pick)
    def detach(self, i: int) -> None:
        self.add(lambda engine, x: engine.detach(x), self.at(i))

    @rule(enter=st.sampled_from([False, False, False, True]))
    def stretch_without_tracking(self, enter: bool) -> None:
        if enter or self.block is not None:
            self.switch_tracking()

    def switch_tracking(self) -> None:
        if self.block is None:
            self.block = ag.no_grad()
            self.block.__enter__()
        else:
            self.block.__exit__(None, None, None)
            self.block = None
        self.peer.track(self.block is None)

    # ── sweeping and writing ──────────────────────────────────────────────────────────────────

    @rule(i=pick, seed=seeds, retain=st.booleans())
    def backward(self, i: int, seed: int, retain: bool) -> None:
        variable = self.at(i)
        if variable.ours.requires_grad:
            self.check_backward(variable, self.values(seed, variable.ours.shape), retain)
        else:
            with pytest.raises(GraphError, match="requires_grad=True"):
                variable.ours.backward(np.ones(variable.ours.shape))

    def check_backward(self, variable: Variable, seed: np.ndarray, retain: bool) -> None:
        """Compare the gradients; a graph whose saved values were changed may be refused instead."""
        if any(n < self.writes[leaf] for leaf, n in variable.reads):
            self.pool = [v for v in self.pool if v is not variable]
            if isinstance(self.peer, Torch):
                return
            try:
                variable.ours.backward(seed, retain_graph=retain)
            except GraphError as error:
                assert re.search("saved the tensor .* changed in place", str(error))  # noqa: PT017
                type(self).refused += 1
                retain = True  # nothing was swept
            else:
                self.peer.backward(variable.peer, seed, retain)
        else:
            variable.ours.backward(seed, retain_graph=retain)
            self.peer.backward(variable.peer, seed, retain)
        self.compare_gradients()
        if not retain and variable.rows:
            with pytest.raises(GraphError, match="already used by an earlier backward"):
                variable.ours.backward(seed)
            self.pool = [v for v in self.pool if not v.rows & variable.rows]

    def compare_gradients(self) -> None:
        for leaf in self.leaves:
            found, expected = leaf.ours.grad, self.peer.grad(leaf.peer)
            assert (found is None) == (expected is None)
            if found is not None and expected is not None:
                scale = 1 + np.abs(expected).max(initial=0)
                np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-10 * scale)

    @rule(i=pick, seed=seeds, write=st.sampled_from(WRITES), by_alias=st.booleans())
    def write(self, i: int, seed: int, write: Callable[..., None], by_alias: bool) -> None:
        number = i % len(self.leaves)
        leaf, alias = self.leaves[number], self.aliases[number]
        new = np.random.default_rng(seed).uniform(-2, 2, leaf.ours.shape)
        if by_alias and alias is not None:
            alias[...] = new
        else:
            write(leaf.ours, new)
            new = leaf.ours._array.copy()  # x − (x − new) is rounded
        self.peer.write(leaf.peer, new)
        self.writes[number] += 1
        self.pool = [  # of the others that share this memory, the reference knows nothing
            v for v in self.pool if v in self.leaves or not self.shares(v, leaf)
        ]

    @rule(i=pick)
    def forget_gradients(self, i: int) -> None:
        leaf = self.leaves[i % len(self.leaves)]
        leaf.ours.grad = None
        self.peer.forget(leaf.peer)


class ProgramsOfPyTorch(Programs):
    peer_kind = Torch
    finished = refused = 0


def test_random_programs_against_the_reference() -> None:
    run_state_machine_as_test(Programs, settings=QUICK)


def test_random_programs_against_pytorch() -> None:
    pytest.importorskip("torch")
    run_state_machine_as_test(ProgramsOfPyTorch, settings=QUICK)


def test_a_cotangent_handed_to_two_inputs_is_not_added_to_in_place() -> None:
    """Both summands receive the same array; what x receives besides must not reach y."""
    x, y = ag.tensor([1.0], requires_grad=True), ag.tensor([1.0], requires_grad=True)
    ((x + y) + x).backward(np.ones(1))
    assert x.grad is not None
    assert y.grad is not None
    assert (x.grad.item(), y.grad.item()) == (2.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("machine", [Programs, ProgramsOfPyTorch])
def test_many_random_programs(machine: type[Programs]) -> None:
    if machine.peer_kind is Torch:
        pytest.importorskip("torch")
    before = machine.finished
    run_state_machine_as_test(machine, settings=THOROUGH)
    print(f"{machine.finished - before} programs, {machine.refused} sweeps refused, 0 differences")
