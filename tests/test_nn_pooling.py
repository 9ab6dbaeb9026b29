"""Pooling, padding and dropout of channels: definitions, PyTorch's numbers, ties, refusals."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, AutogradError, ShapeError, UnsupportedError


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


@pytest.mark.parametrize("memory", ["C", "batch last"])
def test_windows_side_by_side(rng: np.random.Generator, memory: str) -> None:
    x = rng.normal(size=(3, 2, 6, 4))
    if memory == "batch last":
        x = np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)
    cells = x.reshape(3, 2, 3, 2, 2, 2)
    np.testing.assert_array_equal(F.max_pool2d(x, 2), cells.max(axis=(3, 5)))
    np.testing.assert_allclose(F.avg_pool2d(x, 2), cells.mean(axis=(3, 5)), rtol=1e-12)
    np.testing.assert_allclose(F.adaptive_avg_pool2d(x, (3, 2)), cells.mean(axis=(3, 5)))
    np.testing.assert_allclose(F.adaptive_avg_pool2d(x, 1)[..., 0, 0], x.mean(axis=(2, 3)))


def test_the_first_of_equal_elements_has_the_gradient() -> None:
    x = ag.tensor([[[[1.0, 2.0, 2.0], [2.0, 0.0, 2.0]]]], requires_grad=True)
    F.max_pool2d(x, 2, stride=1).sum().backward()
    assert x.grad.tolist() == [[[[0, 2, 0], [0, 0, 0]]]]


def test_uneven_cells_overlap() -> None:
    x = ag.tensor(np.arange(5.0), requires_grad=True)
    y = F.adaptive_avg_pool1d(x[None], 3)  # of elements 0–1, 1–3, 3–4
    assert y.tolist() == [[0.5, 2.0, 3.5]]
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [1 / 2, 1 / 2 + 1 / 3, 1 / 3, 1 / 3 + 1 / 2, 1 / 2])


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    def pair(low: int, high: int) -> tuple[int, int]:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    kernel = pair(1, 4)
    return {
        "kernel_size": kernel,
        "stride": draw(st.none() | st.just(pair(1, 3))),
        "padding": tuple(draw(st.integers(0, k // 2)) for k in kernel),
        "ceil_mode": draw(st.booleans()),
        "size": pair(1, 8),
        "batch": draw(st.integers(0, 3)),
        "batch_last": draw(st.booleans()),
    }


def compare(
    torch: Any, name: str, case: dict[str, Any], options: dict[str, Any], n_axes: int = 2
) -> None:
    """Compare value and gradient with PyTorch's; what it refuses, we refuse."""
    rng = np.random.default_rng(2)
    x = rng.integers(-3, 4, (case["batch"], 2, *case["size"][:n_axes])).astype(float)
    if case["batch_last"]:
        x = np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)
    options = {k: v[:n_axes] if isinstance(v, tuple) else v for k, v in options.items()}
    mine, yours = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    mine._array = x  # in its own memory order
    try:
        t = getattr(torch.nn.functional, name)(yours, **options)
    except RuntimeError:
        with pytest.raises(ShapeError):
            getattr(F, name)(mine, **options)
        return
    assume(np.isfinite(t.detach().numpy()).all())  # PyTorch's gradient of nothing is anywhere
    y = getattr(F, name)(mine, **options)
    assert y.shape == tuple(t.shape)
    np.testing.assert_allclose(y.detach().numpy(), t.detach().numpy(), rtol=1e-12, atol=1e-12)
    seed = rng.normal(size=y.shape)
    (found,) = ag.grad(y, [mine], seed)
    (expected,) = torch.autograd.grad(t, [yours], torch.tensor(seed))
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-12, atol=1e-12)


@settings(max_examples=80, deadline=None)
@given(case=windows(), dilation=st.integers(1, 2), n_axes=st.integers(1, 2))
def test_max_pool_is_pytorchs(case: dict[str, Any], dilation: int, n_axes: int) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    options = {k: case[k] for k in ("kernel_size", "stride", "padding", "ceil_mode")}
    compare(torch, f"max_pool{n_axes}d", case, {**options, "dilation": dilation}, n_axes)


@settings(max_examples=80, deadline=None)
@given(
    case=windows(),
    count_include_pad=st.booleans(),
    divisor=st.none() | st.integers(1, 5),
    n_axes=st.integers(1, 2),
)
def test_avg_pool_is_pytorchs(
    case: dict[str, Any], count_include_pad: bool, divisor: int | None, n_axes: int
) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    options = {k: case[k] for k in ("kernel_size", "stride", "padding", "ceil_mode")}
    options["count_include_pad"] = count_include_pad
    if n_axes == 2:
        options["divisor_override"] = divisor
    compare(torch, f"avg_pool{n_axes}d", case, options, n_axes)


@settings(max_examples=60, deadline=None)
@given(case=windows(), keep=st.booleans(), n_axes=st.integers(1, 2))
def test_adaptive_avg_pool_is_pytorchs(case: dict[str, Any], keep: bool, n_axes: int) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    output_size = (None, case["kernel_size"][1]) if keep and n_axes == 2 else case["kernel_size"]
    options = {"output_size": output_size}
    compare(torch, f"adaptive_avg_pool{n_axes}d", case, options, n_axes)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: F.max_pool2d(x, 2, stride=1, padding=1),
        lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False),
        lambda x: F.adaptive_avg_pool2d(x, (2, 3)),
        lambda x: F.pad(x, (1, 2, 0, 1), "circular"),
        lambda x: F.pad(x, (1, 2, -1, 1)),
    ],
)
def test_gradients_of_order_two(function: Callable[..., Any], rng: np.random.Generator) -> None:
    x = ag.tensor(rng.normal(size=(1, 2, 3, 4)))
    assert ag.gradcheck(lambda x: np.tanh(function(x * x)), x, order=2)


def test_gradcheck_recognises_the_kink_of_max_pool() -> None:
    x = np.array([[[1.0, 1.0 + 1e-9, 0.0, 3.0]]])
    report = ag.gradcheck(lambda x: F.max_pool1d(x, 2), ag.tensor(x))
    assert report
    assert report.checks[0].n_kinks == 2


def test_an_example_without_a_batch_axis_is_pooled() -> None:
    x = np.arange(32.0).reshape(2, 4, 4)
    for function in (F.max_pool2d, F.avg_pool2d, F.adaptive_avg_pool2d):
        np.testing.assert_array_equal(function(x, 2), function(x[None], 2)[0])
        assert function(ag.tensor(x), 2).shape == (2, 2, 2)


@settings(max_examples=60, deadline=None)
@given(
    mode=st.sampled_from(["constant", "reflect", "replicate", "circular"]),
    size=st.tuples(st.integers(2, 5), st.integers(2, 5)),
    widths=st.lists(st.integers(-1, 3), min_size=4, max_size=4),
    n_axes=st.integers(1, 2),
)
def test_pad_is_pytorchs(mode: str, size: tuple[int, int], widths: list[int], n_axes: int) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    assume(mode == "constant" or min(widths) >= 0)
    x = np.random.default_rng(1).normal(size=(2, 2, *size)[: n_axes + 2])
    given = tuple(widths[: 2 * n_axes])
    options = {"value": 1.5} if mode == "constant" else {}
    mine, yours = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    try:
        t = torch.nn.functional.pad(yours, given, mode, **options)
    except RuntimeError:
        with pytest.raises(ShapeError):
            F.pad(mine, given, mode, **options)
        return
    y = F.pad(mine, given, mode, **options)
    np.testing.assert_array_equal(y.detach().numpy(), t.detach().numpy())
    (y * y).sum().backward()
    (t * t).sum().backward()
    np.testing.assert_allclose(mine.grad.numpy(), yours.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("layer", [nn.Dropout1d, nn.Dropout2d])
def test_channels_are_dropped_whole(layer: Any) -> None:
    n_axes = 1 if layer is nn.Dropout1d else 2
    drop = layer(0.25, generator=np.random.default_rng(0))
    x = ag.tensor(np.ones((50, 40, *(3,) * n_axes)), requires_grad=True)
    y = drop(x)
    values = y.detach().numpy().reshape(2000, -1)
    assert np.all(np.ptp(values, axis=1) == 0)
    assert set(np.unique(values)) == {0, 1 / 0.75}
    np.testing.assert_allclose(np.mean(values), 1, atol=0.04)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    assert drop.eval()(x) is x


def test_float32_stays_float32() -> None:
    x = ag.tensor(np.ones((1, 2, 5, 5), np.float32), requires_grad=True)
    for y in (
        F.max_pool2d(x, 2),
        F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
        F.adaptive_avg_pool2d(x, 2),
        F.pad(x, (1, 1), value=2),
        F.dropout2d(x),
    ):
        assert y.dtype == np.float32
        assert ag.grad(y.sum(), [x])[0].dtype == np.float32


@pytest.mark.parametrize(
    "name",
    ["MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d"],
)
def test_arguments_are_pytorchs(name: str, torch: Any) -> None:
    ours = inspect.signature(getattr(nn, name)).parameters
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    assert list(ours) == list(theirs)
    assert [p.default for p in ours.values()] == [p.default for p in theirs.values()]


def test_layers_are_their_functions() -> None:
    x = ag.tensor(np.random.default_rng(0).normal(size=(2, 3, 7, 6)))
    pairs = [
        (nn.MaxPool2d(3, 2, 1, ceil_mode=True), F.max_pool2d(x, 3, 2, 1, ceil_mode=True)),
        (nn.AvgPool2d(2, divisor_override=3), F.avg_pool2d(x, 2, divisor_override=3)),
        (nn.AdaptiveAvgPool2d((2, None)), F.adaptive_avg_pool2d(x, (2, None))),
        (nn.MaxPool1d(2), F.max_pool2d(x[0][:, :, None], (1, 2))[:, :, 0]),
    ]
    for layer, expected in pairs[:3]:
        np.testing.assert_array_equal(layer(x).numpy(), expected.numpy())
    np.testing.assert_array_equal(pairs[3][0](x[0]).numpy(), pairs[3][1].numpy())
    assert repr(nn.MaxPool2d(2)) == (
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"
    )


X = ag.zeros(2, 3, 6, 6)
MISTAKES: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (
        lambda: nn.MaxPool2d(2)(ag.zeros(6, 6)),
        ShapeError,
        "MaxPool2d expects (batch, channels, H, W), got input of shape (6, 6); add batch and "
        "channel axes with x[None, None]",
    ),
    (
        lambda: nn.AvgPool2d(7)(X),
        ShapeError,
        "AvgPool2d: a kernel that spans 7×7 does not fit into an input of 6×6; use a smaller "
        "kernel or more padding",
    ),
    (
        lambda: nn.MaxPool2d(1.5),
        ArgumentError,
        "MaxPool2d: kernel_size must be an integer, at least 1, or 2 of them, got 1.5",
    ),
    (
        lambda: nn.MaxPool2d(2, stride=0),
        ArgumentError,
        "MaxPool2d: stride must be an integer, at least 1, or 2 of them, got 0",
    ),
    (
        lambda: nn.MaxPool2d(2, padding=2)(X),
        ArgumentError,
        "MaxPool2d: padding must be at most half of the kernel, which spans 2×2, got 2",
    ),
    (
        lambda: nn.MaxPool2d(2, return_indices=True),
        UnsupportedError,
        "MaxPool2d: return_indices is not supported, as there is no unpooling to use them; leave "
        "it out",
    ),
    (
        lambda: F.avg_pool2d(X, 2, divisor_override=0),
        ArgumentError,
        "AvgPool2d: divisor_override must be an integer other than 0, got 0",
    ),
    (
        lambda: nn.AdaptiveAvgPool2d(2.5)(X),
        ArgumentError,
        "AdaptiveAvgPool2d: output_size must be an integer, at least 1, or 2 of them, got "
        "(2.5, 2.5)",
    ),
    (
        lambda: nn.AdaptiveAvgPool2d(2)(ag.zeros(2, 3, 0, 6)),
        ShapeError,
        "AdaptiveAvgPool2d: there is nothing to average in input of shape (2, 3, 0, 6)",
    ),
    (
        lambda: F.pad(X, (1, 2, 3)),
        ArgumentError,
        "pad: it takes pairs of integers, (before, after) of the last axis first, got (1, 2, 3)",
    ),
    (
        lambda: F.pad(X, (7, 0), "reflect"),
        ShapeError,
        "pad: mode 'reflect' can add 0 to 5 elements to an axis of 6, got (7, 0)",
    ),
    (
        lambda: F.pad(X, (1, 1), "mirror"),
        ArgumentError,
        "pad: mode must be one of constant, reflect, replicate, circular, got 'mirror'",
    ),
    (
        lambda: F.pad(X, (1, 1), "reflect", 2.0),
        ArgumentError,
        "pad: value belongs to mode 'constant', got 2.0 with 'reflect'",
    ),
    (lambda: F.pad(X, (-4, -3)), ShapeError, "pad: widths (-4, -3) cut off more than an axis of 6"),
    (
        lambda: F.pad(ag.zeros(2), (1, 1, 1, 1)),
        ShapeError,
        "pad: 2 pairs of widths are too many for an input of shape (2,)",
    ),
    (
        lambda: nn.Dropout2d()(ag.zeros(2, 3, 4)),
        ShapeError,
        "Dropout2d expects (batch, channels, H, W), got input of shape (2, 3, 4)",
    ),
    (lambda: nn.Dropout2d(2), ArgumentError, "Dropout2d: p must be a number from 0 to 1, got 2"),
]


@pytest.mark.parametrize(("call", "kind", "text"), MISTAKES, ids=lambda v: str(v)[:60])
def test_mistakes_are_answered(
    call: Callable[[], Any], kind: type[AutogradError], text: str
) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text
