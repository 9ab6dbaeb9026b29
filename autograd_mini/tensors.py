"""Tensor: an array that remembers how it was made.

A Tensor is a thin handle: the array, and the row of the tape that produced it. Operators find their
primitive directly; NumPy's functions find it through NumPy's two protocols.
"""

import warnings
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd_mini.anomaly import inspect_operation
from autograd_mini.convert import to_array, to_operand
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import (
    DTypeError,
    GraphError,
    IndexingError,
    ShapeError,
    UnsupportedError,
)
from autograd_mini.hooks import HookHandle, hang
from autograd_mini.methods import plain
from autograd_mini.modes import Modes, enable_grad, modes
from autograd_mini.ops import indexing
from autograd_mini.ops.constant import CONSTANT
from autograd_mini.registry import Primitive, composition, find, primitives, run_composed
from autograd_mini.rows import Array, GradientHolder, Leaf, Row, calling_line, lock
from autograd_mini.sweep import reverse_sweep
from autograd_mini.torch_data import TensorData
from autograd_mini.torch_in_place import TorchInPlace
from autograd_mini.torch_shapes import ElementCount, element_count

if TYPE_CHECKING:
    from autograd_mini.fusion import Fused

new = object.__new__

_ONE = (True,)
_NO_METADATA: dict[str, Any] = {}  # of most rows, and never written to: one less to allocate


def apply(
    primitive: Primitive, args: tuple[Any, ...], metadata: dict[str, Any] | None = None
) -> "Tensor":
    """Run ``primitive`` on arrays and Tensors; record a row if one of them is tracked."""
    now = modes.now
    kwargs = metadata or _NO_METADATA
    tracked = None
    if now.tracking:
        wanted = [
            isinstance(arg, Tensor) and arg._row is not None and arg._row.requires_grad
            for arg in args
        ]
        tracked = tuple(wanted) if True in wanted else None
    parents: list[Row | None] = []
    operands: list[Any] = []
    for arg in args:
        if isinstance(arg, Tensor):
            if tracked:
                row = arg._row or arg.row
                if row.exposed:
                    row.settle()
                parents.append(row)
            operands.append(arg._array)
        else:
            parents.append(None)
            operands.append(to_operand(arg, copy=tracked is not None))
    inputs = tuple(operands)
    try:
        if primitive.is_fused:
            out, saved = cast("Fused", primitive).forward(*inputs, **kwargs)
        else:
            out = primitive.run(inputs, kwargs)
    except (ValueError, TypeError, IndexError) as error:
        raise primitive.refusal(inputs, kwargs, error) from None
    if type(out) is not np.ndarray:
        out = np.asarray(out)
    if primitive.may_return_its_input:
        for array in inputs:
            if out is array:
                out = out.view()
                break
    if now.anomaly:
        inspect_operation(primitive, inputs, out)
    tensor = new(Tensor)
    tensor._array = out
    if not tracked:
        tensor._row = None
        tensor._made_by = primitive.name
        if out.base is not None:
            out.setflags(write=False)
        return tensor
    rules = primitive.rules.get(tracked) or primitive.rules_for(tracked)
    tensor._row = row = Row(primitive, tuple(parents), rules, inputs, kwargs, out, now.scope)
    if out.base is not None:
        row.source = _source(parents, out)
        row.exposed = row.source is not None
    if primitive.is_fused:
        row.saved = () if saved is None else saved  # None: released
    if now.recording is not None or now.anomaly:
        _note(row, now)
    return tensor


def apply_one(primitive: Primitive, x: "Tensor") -> "Tensor":
    """Do what ``apply`` does, without its loops, for an elementwise function of a result."""
    now, row = modes.now, x._row
    if row is None or row.exposed or not now.tracking or now.recording is not None or now.anomaly:
        return apply(primitive, (x,))
    if not row.requires_grad:
        return apply(primitive, (x,))
    array = x._array
    out = primitive.fn(array)
    if type(out) is not np.ndarray:
        out = np.asarray(out)
    tensor = new(Tensor)
    tensor._array = out
    rules = primitive.rules.get(_ONE) or primitive.rules_for(_ONE)
    tensor._row = Row(primitive, (row,), rules, (array,), _NO_METADATA, out, now.scope)
    return tensor


def apply_two(primitive: Primitive, x: Any, y: Any) -> "Tensor":
    """Do what ``apply`` does, without its loops, for two results, leaves in use or numbers."""
    now = modes.now
    if not now.tracking or now.recording is not None or now.anomaly:
        return apply(primitive, (x, y))
    row = other = None
    left: Any
    right: Any
    of_x = of_y = False
    if isinstance(x, Tensor):
        row = x._row
        if row is None or row.exposed:
            return apply(primitive, (x, y))
        left = x._array
        of_x = row.requires_grad
    elif type(x) is float or type(x) is int:
        left = x
    else:
        return apply(primitive, (x, y))
    if isinstance(y, Tensor):
        other = y._row
        if other is None or other.exposed:
            return apply(primitive, (x, y))
        right = y._array
        of_y = other.requires_grad
    elif type(y) is float or type(y) is int:
        right = y
    else:
        return apply(primitive, (x, y))
    if not (of_x or of_y):
        return apply(primitive, (x, y))
    try:
        out = primitive.fn(left, right)
    except (ValueError, TypeError, IndexError):
        return apply(primitive, (x, y))
    if type(out) is not np.ndarray:
        out = np.asarray(out)
    tensor = new(Tensor)
    tensor._array = out
    tracked = of_x, of_y
    rules = primitive.rules.get(tracked) or primitive.rules_for(tracked)
    tensor._row = Row(primitive, (row, other), rules, (left, right), _NO_METADATA, out, now.scope)
    return tensor


def _note(row: Row, now: Modes) -> None:
    """Keep what ``record()`` and ``detect_anomaly()`` show of a row."""
    row.line = calling_line()
    if now.recording is not None:
        row.keeps = True
        now.recording.append(row)


def _source(parents: list[Row | None], view: Array) -> Leaf | None:
    """Return the leaf among ``parents``, or behind them, whose memory ``view`` shows."""
    for parent in parents:
        leaf = parent if isinstance(parent, Leaf | None) else parent.source
        if leaf is not None and np.may_share_memory(leaf._output, view):
            return leaf
    return None


class Tensor(TorchInPlace):
    """An array that records what is done to it, so that derivatives can be swept backward.

    ``data``: numbers, nested lists, an array or a Tensor; always copied. Floats in lists become the
    default dtype (float32), arrays keep theirs. ``requires_grad``: track operations on it and fill
    ``.grad`` in ``backward()``; floating dtypes only.

    Raises DTypeError for values that are not numbers, ragged lists, and integers that are to have a
    gradient.

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([[2., 4.],
            [6., 8.]])
    """

    __slots__ = ("__weakref__", "_array", "_grad", "_made_by", "_row")

    _array: Array
    _row: Row | None
    _grad: "Tensor | None"
    _made_by: str
    _apply = staticmethod(apply)
    _apply_one = staticmethod(apply_one)
    _apply_two = staticmethod(apply_two)

    def __init__(
        self, data: Any, requires_grad: bool = False, dtype: DTypeLike | None = None
    ) -> None:
        self._array = to_array(data._array if isinstance(data, Tensor) else data, dtype)
        self._row = None
        self._made_by = "the user"
        if requires_grad:
            self.requires_grad = True

    def _answer(self, array: Any, made_by: str) -> "Tensor":
        return constant(np.asarray(array), made_by)

    # ── what it is ────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> Array:
        """Return the array itself, which the caller may write to if this is a leaf."""
        if isinstance(self._row, Leaf):
            self._row.expose()
        elif self._row is None:
            self._own()
        else:
            lock(self._array, self._row.source)
        return self._array

    @property
    def data(self) -> TensorData:
        """The values as an array: writable on a leaf, read-only on a result.

        It has PyTorch's methods too: ``p.data.zero_()``. Assigning writes new values into a leaf,
        in its shape and dtype.
        """
        return self._shown().view(TensorData)

    @data.setter
    def data(self, values: Any) -> None:
        if not self.is_leaf:
            raise GraphError(
                f"data: this tensor was made by {self.row.operation}; only the values of a leaf "
                f"can be replaced. Compute a new tensor instead"
            )
        if isinstance(values, TensorData) and self._is_whole(values):
            return  # written already: p.data -= lr * p.grad ends here
        new = values._array if isinstance(values, Tensor) else to_array(values)
        if new.shape != self.shape:
            raise ShapeError(
                f"data: the new values have shape {new.shape}, this tensor has {self.shape}; "
                f"make a new tensor for another shape"
            )
        self._write("data", ..., new)

    def _is_whole(self, view: Array) -> bool:
        own = self._array
        return view.base is own and view.strides == own.strides and view.shape == own.shape

    def _write(self, asked_by: str, index: Any, values: Any) -> None:
        """Write into a leaf's array, refusing what its shape or dtype cannot hold."""
        new = to_array(plain(values) if isinstance(values, Tensor) else values)
        if new.dtype.kind == "f" and self.dtype.kind != "f":
            raise DTypeError(
                f"{asked_by}: {self.dtype} values cannot take fractions; make a float tensor"
            )
        try:
            self._shown()[index] = new
        except (ValueError, IndexError) as error:
            kind = IndexingError if isinstance(error, IndexError) else ShapeError
            raise kind(f"{asked_by}: {error}") from None

    def _own(self) -> None:
        """Before a constant is written to or saved: stop sharing memory with a result."""
        if isinstance(self._array.base, np.ndarray) or not self._array.flags.writeable:
            self._array = self._array.copy()

    def _relocate(self, home: Array) -> None:
        """Let a leaf live in ``home`` from now on, an array that holds its values already.

        The base of ``home`` must not be an array: NumPy would let views of it refer to that one,
        and an alias of the leaf could not be seen.
        """
        self._array = self.row._output = home
        Leaf.moves += 1

    @property
    def row(self) -> Row:
        """The row of the tape that holds this tensor."""
        if self._row is None:
            self._own()
            self._row = Leaf(self._array, requires_grad=False)
        return self._row

    @property
    def grad(self) -> "Tensor | None":
        """The accumulated gradient, of this shape and dtype; None before the first backward.

        Backward fills it in leaves that require it. Reading it of another tensor warns, unless
        ``retain_grad()`` was called.
        """
        row = self._row
        if row is None:
            return None
        if row.holder is None and not row.is_leaf:
            warnings.warn(_why_no_grad(row), stacklevel=2)
        return cast("Tensor | None", row.grad)

    @grad.setter
    def grad(self, value: "Tensor | ArrayLike | None") -> None:
        if value is not None:
            value = Tensor(value, dtype=self.dtype)
            if value.shape != self.shape:
                raise ShapeError(
                    f"grad: a gradient of shape {value.shape} was given to a tensor of shape "
                    f"{self.shape}; the two must be equal"
                )
            self.retain_grad()
        holder = None if self._row is None else self._row.holder
        if holder is not None:
            holder.grad = value

    @property
    def requires_grad(self) -> bool:
        return self._row is not None and self._row.requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if not self.is_leaf:
            raise GraphError(
                f"requires_grad: this tensor was made by {self.row.operation} and follows its "
                f"inputs; use detach() for a copy without a graph"
            )
        if wanted and self._array.dtype.kind != "f":
            raise DTypeError(
                f"requires_grad: only float tensors have gradients, this is {self.dtype}; write "
                f"1.0 instead of 1, or pass dtype=float"
            )
        self.row.requires_grad = wanted
        if wanted:
            self.retain_grad()

    @property
    def is_leaf(self) -> bool:
        return self._row is None or self._row.is_leaf

    @property
    def grad_fn(self) -> Primitive | None:
        """The primitive that made this tensor; None for a leaf."""
        return None if self._row is None else self._row.primitive

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self._array.shape)

    @property
    def ndim(self) -> int:
        return self._array.ndim

    @property
    def size(self) -> ElementCount:
        """The number of elements; called, as ``size()`` or ``size(dim)``, PyTorch's shape."""
        return element_count(self._array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype

    @property
    def T(self) -> "Tensor":  # noqa: N802 (NumPy's name)
        return self.transpose()

    def __repr__(self) -> str:
        body = np.array2string(self._array, separator=", ", prefix="tensor(")
        notes = []
        if self.dtype not in (get_default_dtype(), np.dtype(int), np.dtype(bool)):
            notes.append(f"dtype={self.dtype}")
        if self.grad_fn is not None:
            notes.append(f"grad_fn=<{self.grad_fn.name}>")
        elif self.requires_grad:
            notes.append("requires_grad=True")
        return f"tensor({', '.join([body, *notes])})"

    # ── ways out of the graph ─────────────────────────────────────────────────────────────────

    def detach(self) -> "Tensor":
        """Return a constant with the same values, sharing a leaf's memory."""
        return constant(self._shown(), "detach")

    def numpy(self) -> Array:
        """Return the array. Raises GraphError on a tensor that requires a gradient."""
        if self.requires_grad:
            raise GraphError(
                "numpy: this tensor requires a gradient, and an array would lose the graph; write "
                "t.detach().numpy()"
            )
        return self._shown()

    def item(self) -> float | int:
        """Return the only element as a Python number. Raises ShapeError if there are more."""
        if self._array.size != 1:
            raise ShapeError(
                f"item: a tensor of shape {self.shape} has {self.size} elements, and item() needs "
                f"exactly one; use tolist(), or reduce it with .sum() or .mean()"
            )
        return cast("float | int", self._array.item())

    def tolist(self) -> Any:
        """Return the values as nested Python lists."""
        return self._array.tolist()

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        if self.requires_grad:
            raise GraphError(
                "np.asarray: this tensor requires a gradient, and an array would lose the graph; "
                "write t.detach().numpy()"
            )
        return np.array(self._array, dtype=dtype)

    def __float__(self) -> float:
        if self.size != 1:
            raise ShapeError(
                f"float: it needs one element, this tensor has shape {self.shape}; functions of "
                f"math take one number, so write ag.sin or np.sin for every element"
            )
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self._array.dtype.kind not in "iu":
            raise DTypeError(f"index: a {self.dtype} tensor cannot be an index; use int(t)")
        return int(self.item())

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ShapeError(
                f"bool: the truth value of {self.size} elements is ambiguous; use (a == b).all() "
                f"or .any()"
            )
        return bool(self._array.item())

    def __format__(self, spec: str) -> str:
        try:
            is_number = self.ndim == 0 or (self.size == 1 and spec)
            return format(self.item() if is_number else repr(self), spec)
        except ValueError:
            raise ShapeError(
                f"format: {spec!r} does not fit a {self.dtype} tensor of shape {self.shape}; "
                f"format one element, t[i], or print np.round(t.detach().numpy(), 2)"
            ) from None

    # ── backward ──────────────────────────────────────────────────────────────────────────────

    def backward(
        self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False
    ) -> None:
        """Sweep the tape backward and add to ``.grad`` of every leaf that requires it.

        ``gradient``: the cotangent of this tensor, of its shape; 1 for a single element.
        The graph is spent: large saved arrays are released, unless ``retain_graph``, which is by
        default as ``create_graph``. With that, what is added to ``.grad`` is tracked and can be
        differentiated again; it keeps its graph alive until ``.grad`` is set to None.
        ``ag.grad(y, xs, create_graph=True)`` leaves nothing to be reset.

        Raises GraphError without a graph, without a needed seed, or for a spent graph; ShapeError
        for a seed of another shape.

        >>> x = Tensor(3.0, requires_grad=True)
        >>> (x * x).backward()
        >>> x.grad
        tensor(6.)
        """
        found = cotangents(self, gradient, None, retain_graph, create_graph, "backward")
        for row, cotangent in found.items():
            if row.holder is None:
                continue
            before = row.holder.grad
            if create_graph:
                with enable_grad():
                    row.holder.grad = +cotangent if before is None else before + cotangent
            else:
                total = cotangent if before is None else np.asarray(before._array + cotangent)
                row.holder.grad = constant(total.astype(row.dtype, copy=False))

    def seed(self, gradient: Any, asked_by: str = "backward") -> Array:
        """Return the cotangent to start a sweep with."""
        if not self.requires_grad:
            raise GraphError(
                f"{asked_by}: this tensor was made by {self._made_by}, and nothing that led to it "
                f"requires a gradient. Was it made under no_grad() or detached? Else make a leaf "
                f"with requires_grad=True"
            )
        if gradient is None:
            if self.size != 1:
                raise GraphError(
                    f"{asked_by}: without a seed it needs one element, this tensor has shape "
                    f"{self.shape}; take .sum() or .mean() first, or pass gradient="
                )
            return np.ones_like(self._array)
        seed = Tensor(gradient, dtype=self.dtype)._array
        if seed.shape != self.shape:
            raise ShapeError(
                f"{asked_by}: the seed has shape {seed.shape}, the tensor {self.shape}; they must "
                f"be equal"
            )
        return seed

    def retain_grad(self) -> None:
        """Let ``backward()`` fill ``.grad`` of this tensor although it is not a leaf."""
        if self.row.holder is None:
            self.row.holder = GradientHolder(self)

    def register_hook(self, hook: Callable[["Tensor"], Any]) -> HookHandle:
        """Call ``hook(gradient)`` whenever a backward has this tensor's complete gradient.

        Once per backward, before the gradient is passed on and stored. What the hook returns takes
        its place; None leaves it. Several hooks run in the order in which they were registered.
        Hooks of a result belong to its graph; hooks of a leaf stay until ``handle.remove()``.

        Raises GraphError if the tensor needs no gradient; ShapeError or DTypeError, in backward,
        if what a hook returns does not fit.

        >>> x = Tensor([3.0, -4.0], requires_grad=True)
        >>> handle = x.register_hook(lambda g: g.clip(-5, 5))
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([ 5., -5.])
        >>> handle.remove()
        """
        return hang(self.row, hook, constant)

    def __setitem__(self, index: Any, value: Any) -> None:
        if not self.is_leaf or (self.requires_grad and modes.now.tracking):
            raise GraphError(
                "t[i] = v: assigning into a tracked tensor would change values that the tape has "
                "saved. Write t = ag.index_update(t, i, v), which makes a new tensor; to overwrite "
                "a leaf's values, do it under no_grad()"
            )
        if modes.now.tracking and getattr(value, "requires_grad", False):
            raise GraphError(
                "t[i] = v: v is tracked, and written into a plain tensor it would lose its graph. "
                "Write t = ag.index_update(t, i, v), which makes a new tensor, or v.detach()"
            )
        self._write("t[i] = v", indexing.plain_index(index), value)

    # ── NumPy's protocols ─────────────────────────────────────────────────────────────────────

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__":
            raise UnsupportedError(
                f"np.{ufunc.__name__}.{method}: ufunc methods have no derivative rule; use np.sum, "
                f"np.max or another function"
            )
        target = kwargs.get("out")
        if target is not None and _may_write(inputs, target):
            return ufunc(*map(plain, inputs), **{k: plain(v) for k, v in kwargs.items()})
        if target is not None:
            raise UnsupportedError(
                f"np.{ufunc.__name__}: out= (also array += tensor) would write into a plain array "
                f"and lose the graph; write z = np.{ufunc.__name__}(x, y)"
            )
        return self.__array_function__(ufunc, (Tensor,), inputs, kwargs)

    def __array_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if function in CONSTANT:
            return function(*map(plain, args), **{k: plain(v) for k, v in kwargs.items()})
        composed = composition(function)
        if composed is not None:
            return run_composed(function, composed, args, kwargs)
        primitive = find(function)
        if primitive is None:
            raise UnsupportedError(_no_rule(function))
        inputs, metadata = primitive.bind(args, kwargs)
        return apply(primitive, inputs, metadata)

    # ── copies ────────────────────────────────────────────────────────────────────────────────

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise GraphError(
                f"copy: this tensor was made by {self.row.operation}, and a graph cannot be copied "
                f"or pickled; detach() it first"
            )
        name = "" if self._row is None else self._row.name
        return _rebuild, (type(self), self._array, self.requires_grad, self.grad, name)


def _rebuild(
    kind: type[Tensor], array: Array, requires_grad: bool, grad: Tensor | None, name: str
) -> Tensor:
    tensor = kind(array, requires_grad)
    tensor.grad = grad
    if name:
        cast(Leaf, tensor.row).name = name
    return tensor


def constant(array: Array, made_by: str = "the engine") -> Tensor:
    """Return an untracked Tensor of ``array``, not copied."""
    tensor = Tensor.__new__(Tensor)
    tensor._array = array
    tensor._row = None
    tensor._made_by = made_by
    return tensor


def cotangents(
    y: Tensor,
    gradient: Any,
    wanted: list[Row] | None,
    retain_graph: bool | None,
    create_graph: bool,
    asked_by: str,
    since: int = 0,
) -> dict[Row, Any]:
    """Sweep back from ``y``: arrays by row, or Tensors that are tracked with ``create_graph``."""
    seed = y.seed(gradient, asked_by)
    retain = create_graph if retain_graph is None else retain_graph
    if not create_graph:
        return reverse_sweep(y.row, seed, wanted, retain_graph=retain, since=since)
    tracked = isinstance(gradient, Tensor) and gradient.dtype == y.dtype
    with enable_grad():
        start = +gradient if tracked else constant(seed)  # a Tensor, be it of a Parameter
        return reverse_sweep(y.row, start, wanted, retain_graph=retain, lift=of_row, since=since)


def _may_write(inputs: tuple[Any, ...], targets: tuple[Any, ...]) -> bool:
    """Tell whether ``array += tensor`` loses nothing: no graph behind it, a plain array before."""
    return not any(isinstance(target, Tensor) for target in targets) and not any(
        isinstance(x, Tensor) and x.requires_grad and modes.now.tracking for x in inputs
    )


def _why_no_grad(row: Row) -> str:
    where = f" at {row.line}" if row.line else ""
    return (
        f"grad: this tensor is not a leaf, it was made by {row.operation}{where}, so backward() "
        f"does not fill its .grad; call retain_grad() before backward(). If it is a parameter that "
        f"was updated by w = w - lr * w.grad, it stopped being a leaf there: write "
        f"w -= lr * w.grad under no_grad(), or use ag.optim"
    )


def of_row(row: Row, primal: Array) -> Tensor:
    """Return a Tensor for a row of the tape, for rules that are to be recorded themselves."""
    tensor = constant(primal)
    tensor._row = row
    return tensor


def _no_rule(function: Callable[..., Any]) -> str:
    name = f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1)
    import autograd_mini as ag

    names = [p.name for p in primitives() if hasattr(ag, p.name) or hasattr(ag.linalg, p.name)]
    near = get_close_matches(function.__name__, names, n=4, cutoff=0.5)
    hint = f"; supported near names: {', '.join(near)}" if near else ""
    return (
        f"{name} is not implemented for Tensor{hint}. Declare it with ag.primitive, or detach() "
        f"the tensor first if no gradient is needed"
    )
