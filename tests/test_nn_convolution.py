"""Convolutions: their definition, PyTorch's values and gradients, adjointness, refusals."""

import inspect
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, AutogradError, DTypeError, ShapeError


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def by_definition(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: int, dilation: int
) -> np.ndarray:
    """Return the convolution as its formula says it, one product after the other."""
    n, channels, height, width = x.shape
    n_out, _, kh, kw = w.shape
    rows = (height + 2 * padding - dilation * (kh - 1) - 1) // stride + 1
    cols = (width + 2 * padding - dilation * (kw - 1) - 1) // stride + 1
    z = np.zeros((n, n_out, rows, cols))
    for m, o, i, j in np.ndindex(*z.shape):
        z[m, o, i, j] = b[o]
        for c, k, m_k in product(range(channels), range(kh), range(kw)):
            row = i * stride + k * dilation - padding
            col = j * stride + m_k * dilation - padding
            if 0 <= row < height and 0 <= col < width:
                z[m, o, i, j] += w[o, c, k, m_k] * x[m, c, row, col]
    return z


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (1, 2, 2)])
def test_the_result_is_the_definition(
    rng: np.random.Generator, stride: int, padding: int, dilation: int
) -> None:
    x, w, b = rng.normal(size=(2, 2, 5, 6)), rng.normal(size=(3, 2, 3, 2)), rng.normal(size=3)
    found = F.conv2d(x, ag.tensor(w), ag.tensor(b), stride, padding, dilation)
    expected = by_definition(x, w, b, stride, padding, dilation)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-12)


def test_the_transpose_paints_the_kernel_with_every_element(rng: np.random.Generator) -> None:
    x, w = rng.normal(size=(2, 3, 3, 2)), rng.normal(size=(3, 2, 2, 3))
    painted = np.zeros((2, 2, 6, 7))
    for m, c, i, j in np.ndindex(*x.shape):
        painted[m, :, 2 * i : 2 * i + 2, 3 * j : 3 * j + 3] += x[m, c, i, j] * w[c]
    found = F.conv_transpose2d(x, ag.tensor(w), stride=(2, 3), output_padding=(0, 1))
    np.testing.assert_allclose(found.numpy(), painted, rtol=1e-12, atol=1e-12)


@st.composite
def movements(draw: st.DrawFn, n_axes: int) -> dict[str, Any]:
    """Draw a convolution whose kernel fits its input at least once."""

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(n_axes))

    kernel, stride, dilation, padding = each(1, 3), each(1, 3), each(1, 2), each(0, 2)
    least = [
        max(1, d * (k - 1) + 1 - 2 * p) for k, d, p in zip(kernel, dilation, padding, strict=True)
    ]
    return {
        "groups": draw(st.sampled_from([1, 1, 2, 3])),
        "per_group": (draw(st.integers(1, 2)), draw(st.integers(1, 2))),
        "batch": draw(st.integers(0, 3)),
        "size": tuple(n + draw(st.integers(0, 4)) for n in least),
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "padding": padding,
        "output_padding": tuple(draw(st.integers(0, s - 1)) for s in stride),
        "bias": draw(st.booleans()),
        "batch_last": draw(st.booleans()),
    }


def random_inputs(case: dict[str, Any], transposed: bool) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(3)
    ins, outs = (n * case["groups"] for n in case["per_group"])
    per_group = case["per_group"][1 if transposed else 0]
    x = rng.normal(size=(case["batch"], ins, *case["size"]))
    if case["batch_last"]:
        x = np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)
    w = rng.normal(size=(ins if transposed else outs, per_group, *case["kernel"]))
    return x, w, rng.normal(size=outs)


def compare(torch: Any, case: dict[str, Any], transposed: bool) -> None:
    """Compare value and gradients with PyTorch's."""
    arrays = random_inputs(case, transposed)
    n_axes = len(case["kernel"])
    name = f"conv_transpose{n_axes}d" if transposed else f"conv{n_axes}d"
    names = ["stride", "padding", "dilation", "groups"] + ["output_padding"] * transposed
    options = {key: case[key] for key in names}
    ours = [ag.tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    ours[0]._array = arrays[0]  # in its own memory order
    n_inputs = 3 if case["bias"] else 2
    try:
        y = getattr(F, name)(*ours[:n_inputs], **options)
    except ShapeError:  # more padding than there is to cut off
        assert transposed
        if case["batch"]:
            with pytest.raises(RuntimeError):
                getattr(torch.nn.functional, name)(*theirs[:n_inputs], **options)
        return
    t = getattr(torch.nn.functional, name)(*theirs[:n_inputs], **options)
    assert y.shape == tuple(t.shape)
    np.testing.assert_allclose(y.detach().numpy(), t.detach().numpy(), rtol=1e-10, atol=1e-10)
    seed = np.random.default_rng(4).normal(size=y.shape)
    found = ag.grad(y, ours[:n_inputs], seed)
    expected = torch.autograd.grad(t, theirs[:n_inputs], torch.tensor(seed))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-10, atol=1e-10)


@settings(max_examples=60, deadline=None)
@given(case=movements(2))
def test_conv2d_is_pytorchs(case: dict[str, Any]) -> None:
    compare(pytest.importorskip("torch", reason="compares with PyTorch"), case, transposed=False)


@settings(max_examples=60, deadline=None)
@given(case=movements(2))
def test_conv_transpose2d_is_pytorchs(case: dict[str, Any]) -> None:
    compare(pytest.importorskip("torch", reason="compares with PyTorch"), case, transposed=True)


@settings(max_examples=30, deadline=None)
@given(case=movements(1), transposed=st.booleans())
def test_one_axis_is_pytorchs(case: dict[str, Any], transposed: bool) -> None:
    compare(pytest.importorskip("torch", reason="compares with PyTorch"), case, transposed)


@settings(max_examples=40, deadline=None)
@given(case=movements(2))
def test_the_transpose_is_the_adjoint(case: dict[str, Any]) -> None:
    """⟨conv(x, w), g⟩ = ⟨x, convᵀ(g, w)⟩, and conv is linear in x."""
    x, w, _ = random_inputs(case, transposed=False)
    options = {key: case[key] for key in ("stride", "padding", "dilation", "groups")}
    y = F.conv2d(x, w, **options)
    g = np.random.default_rng(5).normal(size=y.shape)
    least = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1
        for n, s, p, d, k in zip(
            y.shape[2:],
            *(case[key] for key in ("stride", "padding", "dilation", "kernel")),
            strict=True,
        )
    ]
    extra = tuple(n - m for n, m in zip(case["size"], least, strict=True))
    back = F.conv_transpose2d(g, w, output_padding=extra, **options)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.sum(y * g), np.sum(x * back), rtol=1e-10, atol=1e-10)
    other = np.random.default_rng(6).normal(size=x.shape)
    both = y + 2 * F.conv2d(other, w, **options)
    np.testing.assert_allclose(F.conv2d(x + 2 * other, w, **options), both, atol=1e-10)


def test_a_convolution_is_a_product_with_columns(rng: np.random.Generator) -> None:
    x, w = rng.normal(size=(2, 3, 5, 6)), rng.normal(size=(4, 3, 2, 3))
    options = {"stride": (2, 1), "padding": 1, "dilation": (1, 2)}
    product = w.reshape(4, -1) @ F.unfold(x, (2, 3), **options)
    expected = F.conv2d(x, w, **options)
    np.testing.assert_allclose(product.reshape(expected.shape), expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(case=movements(2))
def test_unfold_and_fold_are_pytorchs(case: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    options = {k: case[k] for k in ("stride", "padding", "dilation")}
    x = random_inputs(case | {"batch": case["batch"] + 1}, transposed=False)[0]
    mine, yours = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y = F.unfold(mine, case["kernel"], **options)
    t = torch.nn.functional.unfold(yours, case["kernel"], **options)
    np.testing.assert_array_equal(y.detach().numpy(), t.detach().numpy())
    z = F.fold(y * y, case["size"], case["kernel"], **options)
    s = torch.nn.functional.fold(t * t, case["size"], case["kernel"], **options)
    np.testing.assert_allclose(z.detach().numpy(), s.detach().numpy(), rtol=1e-12, atol=1e-12)
    seed = np.random.default_rng(4).normal(size=x.shape)
    (found,) = ag.grad(z, [mine], seed)
    (expected,) = torch.autograd.grad(s, [yours], torch.tensor(seed))
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("function", [F.conv2d, F.conv_transpose2d])
def test_gradients_of_order_two(function: Callable[..., Any], rng: np.random.Generator) -> None:
    shapes = (1, 2, 3, 3), (2, 1, 2, 2), (2,)
    inputs = [ag.tensor(rng.normal(size=shape)) for shape in shapes]
    assert ag.gradcheck(
        lambda x, w, b: np.tanh(function(x, w, b, stride=2, padding=1, groups=2)), inputs, order=2
    )


def test_third_order_in_one_dimension() -> None:
    """Of Σ (w∗x)⁴ with a single product, 24·w⁴·x is the third derivative in x."""
    x = ag.tensor(np.array([[[0.7]]]), requires_grad=True)
    y = (F.conv1d(x, ag.tensor(np.array([[[1.5]]]))) ** 4).sum()
    for _ in range(3):
        (y,) = ag.grad(y, [x], create_graph=True)
        y = y.sum()
    np.testing.assert_allclose(y.item(), 24 * 1.5**4 * 0.7, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("size", [(2, 3), (5, 4)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_same_keeps_the_size(size: tuple[int, int], dilation: int, torch: Any) -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(2, 1, *size)), rng.normal(size=(2, 1, 2, 3))
    found = F.conv2d(x, w, padding="same", dilation=dilation)
    assert found.shape == (2, 2, *size)
    options = {"padding": "same", "dilation": dilation}
    expected = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(w), **options)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-10, atol=1e-12)
    valid = F.conv2d(x, w, padding="valid") if dilation == 1 else None
    assert valid is None or valid.shape == (2, 2, size[0] - 1, size[1] - 2)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [(1, 2), "same"])
def test_layers_are_pytorchs_in_every_padding_mode(mode: str, padding: Any, torch: Any) -> None:
    ours = nn.Conv2d(2, 4, (3, 2), padding=padding, padding_mode=mode, groups=2, dtype=float)
    theirs = torch.nn.Conv2d(2, 4, (3, 2), padding=padding, padding_mode=mode, groups=2).double()
    with torch.no_grad():
        theirs.weight[...] = torch.tensor(ours.weight.detach().numpy())
        theirs.bias[...] = torch.tensor(ours.bias.detach().numpy())
    x = np.random.default_rng(1).normal(size=(2, 2, 5, 6))
    mine, yours = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, t = ours(mine), theirs(yours)
    np.testing.assert_allclose(y.detach().numpy(), t.detach().numpy(), rtol=1e-10, atol=1e-12)
    (y * y).sum().backward()
    (t * t).sum().backward()
    for a, b in [(mine, yours), (ours.weight, theirs.weight), (ours.bias, theirs.bias)]:
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-10, atol=1e-10)


def test_transposed_layer_finds_its_output_padding(torch: Any) -> None:
    layer = nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1)
    assert layer(ag.zeros(1, 2, 5, 5)).shape == (1, 3, 9, 9)
    assert layer(ag.zeros(1, 2, 5, 5), output_size=(10, 9)).shape == (1, 3, 10, 9)
    theirs = torch.nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1)
    assert layer.weight.shape == tuple(theirs.weight.shape)
    assert theirs(torch.zeros(1, 2, 5, 5), output_size=(10, 9)).shape == (1, 3, 10, 9)


@pytest.mark.parametrize(
    "name", ["Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d", "Fold", "Unfold"]
)
def test_arguments_are_pytorchs(name: str, torch: Any) -> None:
    ours = inspect.signature(getattr(nn, name)).parameters
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    expected = [p for p in theirs if p not in ("device", "dtype")]
    assert [p for p in ours if p not in ("dtype", "generator")] == expected
    for p in expected:
        assert ours[p].default == theirs[p].default


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("Conv1d", (2, 4, 3), {}),
        ("Conv2d", (2, 4, 3), {"padding": 1, "stride": (2, 1), "bias": False}),
        ("Conv2d", (2, 4, 3), {"padding": "same", "groups": 2, "dilation": 2}),
        ("Conv2d", (2, 4, 3), {"padding": 1, "padding_mode": "reflect"}),
        ("ConvTranspose2d", (2, 4, 3), {"stride": 2, "output_padding": 1, "padding": 1}),
    ],
)
def test_layers_look_and_start_as_pytorchs(
    name: str, arguments: Any, options: Any, torch: Any
) -> None:
    ours, theirs = getattr(nn, name)(*arguments, **options), getattr(torch.nn, name)
    assert repr(ours) == repr(theirs(*arguments, **options))
    bound = 1 / np.sqrt(np.prod(ours.weight.shape[1:]))
    for parameter in ours.parameters():
        values = parameter.detach().numpy()
        assert np.all(np.abs(values) <= bound)
        assert np.ptp(values) > bound / 2


def test_initial_values_are_uniform() -> None:
    weight = nn.Conv2d(16, 32, 3, generator=np.random.default_rng(0)).weight.detach().numpy()
    bound = 1 / 12  # 1/√(16·9)
    counts, _ = np.histogram(weight, bins=8, range=(-bound, bound))
    np.testing.assert_allclose(counts / weight.size, 1 / 8, atol=0.015)


def test_float32_stays_float32() -> None:
    layer = nn.Conv2d(2, 3, 3)
    x = ag.tensor(np.ones((1, 2, 4, 4), np.float32), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    dtypes = {t.dtype for t in (y, x.grad, layer.weight.grad, layer.bias.grad)}
    assert dtypes == {np.dtype(np.float32)}
    assert layer(np.ones((1, 2, 4, 4), np.uint8)).dtype == np.float32


def test_an_empty_batch_passes() -> None:
    layer = nn.Conv2d(2, 3, 3)
    y = layer(ag.zeros(0, 2, 4, 4))
    assert y.shape == (0, 3, 2, 2)
    y.sum().backward()
    assert not layer.weight.grad.numpy().any()


def test_results_keep_the_examples_last_in_memory() -> None:
    x = ag.zeros(8, 2, 6, 6)
    y = nn.Conv2d(2, 3, 3)(x)
    assert np.moveaxis(y._array, 0, -1).flags.c_contiguous
    assert y._array.base is None
    assert np.moveaxis(F.max_pool2d(np.maximum(y, 0), 2)._array, 0, -1).flags.c_contiguous


def test_large_inputs_are_cut_into_blocks(rng: np.random.Generator) -> None:
    """Blocks of parts of a row, of rows, and of the whole give the same numbers."""
    from autograd_mini.nn.primitives.windows import BLOCK, Window, blocks

    window = Window((3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1))
    for shape in [(2, 5, 5, 3), (4, 40, 40, 20), (4, 5, 40, 500), (8, 4, 4, 5000)]:
        columns = window.columns(np.zeros(shape))
        pieces = list(blocks(columns))
        ends = [covered.stop for covered, _ in pieces]
        assert [covered.start for covered, _ in pieces] == [0, *ends[:-1]]
        assert sum(block.size for _, block in pieces) == columns.size
        least = shape[0] * 9 * shape[3]
        assert all(block.size <= max(BLOCK, least) for _, block in pieces)
    x, w = rng.normal(size=(20, 4, 40, 40)), rng.normal(size=(2, 4, 3, 3))
    parts = [F.conv2d(x[i : i + 1], w) for i in range(20)]
    np.testing.assert_allclose(F.conv2d(x, w), np.concatenate(parts), rtol=1e-12, atol=1e-12)


def test_numbers_of_numpy_and_lists_are_taken() -> None:
    two = np.int64(2)
    layer = nn.Conv2d(two, two, [3, 3], stride=[two, 1], groups=two)
    assert layer(ag.zeros(1, 2, 5, 5)).shape == (1, 2, 2, 3)
    assert repr(layer) == "Conv2d(2, 2, kernel_size=(3, 3), stride=(2, 1), groups=2)"
    assert F.conv2d(ag.zeros(1, 2, 5, 5), ag.zeros(2, 1, 3, 3), groups=two).shape == (1, 2, 3, 3)
    assert F.max_pool2d(ag.zeros(1, 2, 5, 5), [2, 2], stride=[1, two]).shape == (1, 2, 4, 2)


X = ag.zeros(8, 3, 10, 10)
W = ag.zeros(4, 3, 3, 3)
LAYER = nn.Conv2d(3, 4, 3)
MISTAKES: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (
        lambda: LAYER(ag.zeros(28, 28)),
        ShapeError,
        "Conv2d expects (batch, 3 channels, H, W), got input of shape (28, 28); add batch and "
        "channel axes with x[None, None]",
    ),
    (
        lambda: LAYER(ag.zeros(8, 28, 28)),
        ShapeError,
        "Conv2d expects (batch, 3 channels, H, W), got input of shape (8, 28, 28); add the channel "
        "axis with x[:, None], or with x[None] the batch axis of a single example",
    ),
    (
        lambda: LAYER(ag.zeros(8, 28, 28, 3)),
        ShapeError,
        "Conv2d expects (batch, 3 channels, H, W), got input of shape (8, 28, 28, 3), which has 28 "
        "channels; if channels come last, write x.transpose(0, 3, 1, 2)",
    ),
    (
        lambda: nn.Conv1d(3, 4, 3)(ag.zeros(8, 2, 10)),
        ShapeError,
        "Conv1d expects (batch, 3 channels, L), got input of shape (8, 2, 10), which has 2 "
        "channels",
    ),
    (
        lambda: LAYER(ag.zeros(1, 1, 1, 3, 3)),
        ShapeError,
        "Conv2d expects (batch, 3 channels, H, W), got input of shape (1, 1, 1, 3, 3)",
    ),
    (
        lambda: LAYER("cat"),
        DTypeError,
        "Conv2d: the input must be a tensor, an array or a list of numbers, got 'cat'",
    ),
    (
        lambda: nn.Conv2d(3, 4, 5, padding=1, dilation=3)(X),
        ShapeError,
        "Conv2d: a kernel that spans 13×13 does not fit into an input of 10×10, 12×12 with its "
        "padding; use a smaller kernel or more padding",
    ),
    (
        lambda: nn.Conv2d(3, 4, 2.5),
        ArgumentError,
        "Conv2d: kernel_size must be an integer, at least 1, or 2 of them, got 2.5",
    ),
    (
        lambda: nn.Conv2d(3, 4, (3, 3, 3)),
        ArgumentError,
        "Conv2d: kernel_size must be an integer, at least 1, or 2 of them, got (3, 3, 3)",
    ),
    (
        lambda: nn.Conv1d(3, 4, 3, stride=0),
        ArgumentError,
        "Conv1d: stride must be an integer, at least 1, got 0",
    ),
    (
        lambda: nn.Conv2d(3, 4, 3, padding=-1),
        ArgumentError,
        "Conv2d: padding must be an integer, at least 0, or 2 of them, got -1",
    ),
    (
        lambda: nn.Conv2d(3, 4, 3, padding="full"),
        ArgumentError,
        "Conv2d: padding must be 'same', 'valid' or numbers, got 'full'",
    ),
    (
        lambda: nn.Conv2d(3, 4, 3, stride=2, padding="same"),
        ArgumentError,
        "Conv2d: padding='same' keeps the size with a stride of 1 only, got stride 2; give the "
        "padding in numbers",
    ),
    (
        lambda: nn.Conv2d(3, 4, 3, groups=2),
        ArgumentError,
        "Conv2d: groups must divide the channels, got 2 groups for 3 channels in and 4 out",
    ),
    (
        lambda: nn.Conv2d(3.0, 4, 3),
        ArgumentError,
        "Conv2d: in_channels must be a positive integer, got 3.0",
    ),
    (
        lambda: nn.Conv2d(3, 4, 3, padding_mode="mirror"),
        ArgumentError,
        "Conv2d: padding_mode must be one of zeros, reflect, replicate, circular, got 'mirror'",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 4, 3, padding_mode="reflect"),
        ArgumentError,
        "ConvTranspose2d: padding_mode must be 'zeros', got 'reflect'",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 4, 3, stride=2, output_padding=2)(X),
        ArgumentError,
        "ConvTranspose2d: output_padding must be smaller than stride, got (2, 2) with a stride of "
        "(2, 2)",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 4, 1, padding=5)(X),
        ShapeError,
        "ConvTranspose2d: of an input of shape (8, 3, 10, 10), padding (5, 5) cuts off all, and "
        "leaves a size of (0, 0); use less padding",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 4, 3, stride=2)(X, output_size=(30, 30)),
        ShapeError,
        "ConvTranspose2d: output_size must be from (21, 21) to (22, 22) for input of shape "
        "(8, 3, 10, 10), got (30, 30)",
    ),
    (
        lambda: F.conv2d(X, ag.zeros(4, 3, 3)),
        ShapeError,
        "Conv2d: the weight must have 4 axes, output channels, input channels and a kernel, none "
        "empty, got shape (4, 3, 3)",
    ),
    (
        lambda: F.conv2d(X, W, ag.zeros(3)),
        ShapeError,
        "Conv2d: the bias must have shape (4,), one number for each output channel, got (3,)",
    ),
    (
        lambda: F.conv2d(X, W, groups=3),
        ArgumentError,
        "Conv2d: groups must divide the channels, got 3 groups for 4 channels of the weight, of "
        "shape (4, 3, 3, 3)",
    ),
    (
        lambda: F.conv2d(X, W, groups=0),
        ArgumentError,
        "Conv2d: groups must be an integer, at least 1, got 0",
    ),
    (
        lambda: F.unfold(X, 11),
        ShapeError,
        "unfold: a kernel that spans 11×11 does not fit into an input of 10×10; use a smaller "
        "kernel or more padding",
    ),
    (
        lambda: nn.Unfold(2)(ag.zeros(10, 10)),
        ShapeError,
        "unfold expects (batch, channels, H, W), got input of shape (10, 10)",
    ),
    (
        lambda: nn.Fold((4, 4), 2)(ag.zeros(1, 8, 4)),
        ShapeError,
        "fold expects (batch, channels·4, 9) for a kernel of (2, 2) and images of (4, 4), got "
        "input of shape (1, 8, 4)",
    ),
    (
        lambda: F.conv_transpose2d(X, ag.zeros(3, 4, 3, 3), padding="same"),
        ArgumentError,
        "ConvTranspose2d: padding must be an integer or 2 of them, got 'same'",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), MISTAKES, ids=lambda v: str(v)[:60])
def test_mistakes_are_answered(
    call: Callable[[], Any], kind: type[AutogradError], text: str
) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text


def test_a_convolutional_net_reads_digits() -> None:
    """Six passes over five sixths of the digits, and 95 % of the others are read right."""
    x, y = nn.datasets.digits().tensors
    images = (x / 16).reshape(-1, 1, 8, 8)
    ag.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
    held_out = np.arange(len(y)) % 6 == 0
    loader = nn.DataLoader(nn.TensorDataset(images[~held_out], y[~held_out]), 50, shuffle=True)
    for _ in range(6):
        for batch, labels in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(batch), labels).backward()
            optimizer.step()
    with ag.no_grad():
        right = np.argmax(model(images[held_out]), axis=1) == y[held_out]
    assert np.mean(right) > 0.95
