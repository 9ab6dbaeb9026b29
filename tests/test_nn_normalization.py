"""Normalization layers against PyTorch, the papers' statements and their own definitions."""

from collections.abc import Callable
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
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def batch_last(x: np.ndarray) -> np.ndarray:
    """Return x in the memory order that convolutions leave: the batch innermost."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0)


def assert_close(ours: Any, theirs: Any, what: str = "") -> None:
    ours, theirs = ours.detach().numpy(), theirs.detach().numpy()
    assert ours.shape == theirs.shape, what
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-11, err_msg=what)


LAYERS: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = [
    ("BatchNorm1d", (5,), {}, (7, 5)),
    ("BatchNorm1d", (5,), {"momentum": None, "eps": 1e-3}, (7, 5)),
    ("BatchNorm1d", (5,), {"affine": False}, (3, 5, 4)),
    ("BatchNorm1d", (5,), {"track_running_stats": False}, (3, 5, 4)),
    ("BatchNorm2d", (3,), {"momentum": 0.3}, (4, 3, 5, 2)),
    ("BatchNorm2d", (3,), {"momentum": None}, (1, 3, 2, 2)),
    ("BatchNorm3d", (2,), {}, (3, 2, 2, 3, 2)),
    ("InstanceNorm1d", (3,), {}, (4, 3, 6)),
    ("InstanceNorm1d", (3,), {"affine": True, "track_running_stats": True}, (3, 6)),
    ("InstanceNorm2d", (3,), {"affine": True, "track_running_stats": True}, (4, 3, 2, 3)),
    ("GroupNorm", (2, 6), {}, (3, 6)),
    ("GroupNorm", (3, 6), {"eps": 1e-2}, (3, 6, 4)),
    ("GroupNorm", (1, 6), {"affine": False}, (3, 6, 2, 3)),
    ("LayerNorm", (4,), {}, (4,)),
    ("LayerNorm", (4,), {"bias": False}, (2, 3, 4)),
    ("LayerNorm", ((3, 4),), {"eps": 1e-3}, (2, 3, 4)),
    ("LayerNorm", ([4],), {"elementwise_affine": False}, (5, 4)),
    ("RMSNorm", (4,), {}, (5, 4)),
    ("RMSNorm", ((3, 4),), {"eps": 1e-2}, (2, 3, 4)),
]


@pytest.mark.parametrize("order", [np.ascontiguousarray, batch_last])
@pytest.mark.parametrize(("name", "args", "kwargs", "shape"), LAYERS)
def test_equals_pytorch(
    torch: Any,
    rng: np.random.Generator,
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    shape: tuple[int, ...],
    order: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Values, every gradient and the running statistics over four steps; then in eval mode."""
    theirs = getattr(torch.nn, name)(*args, **kwargs, dtype=torch.float64)
    ours = getattr(nn, name)(*args, **kwargs, dtype=np.float64)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.copy_(torch.tensor(rng.normal(size=tuple(parameter.shape))))
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    for step in range(6):
        if step == 4:
            ours.eval(), theirs.eval()
        x, g = rng.normal(2.0, 3.0, size=shape), rng.normal(size=shape)
        x_ours = ag.tensor(order(x), requires_grad=True)
        x_theirs = torch.tensor(x, requires_grad=True)
        out, expected = ours(x_ours), theirs(x_theirs)
        out.backward(order(g))
        expected.backward(torch.tensor(g))
        assert_close(out, expected, "values")
        assert_close(x_ours.grad, x_theirs.grad, "dL/dx")
        for (key, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
            assert_close(p.grad, q.grad, key)
        for (key, p), q in zip(ours.named_buffers(), theirs.buffers(), strict=True):
            assert_close(p, q, key)


@pytest.mark.parametrize(
    ("name", "args", "shape"),
    [
        ("BatchNorm1d", (3,), (4, 3)),
        ("BatchNorm2d", (2,), (2, 2, 2, 2)),
        ("InstanceNorm1d", (2,), (2, 2, 3)),
        ("GroupNorm", (2, 4), (2, 4, 2)),
        ("LayerNorm", ((2, 3),), (2, 2, 3)),
        ("RMSNorm", (3,), (2, 3)),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_second_order(
    rng: np.random.Generator,
    name: str,
    args: tuple[Any, ...],
    shape: tuple[int, ...],
    training: bool,
) -> None:
    layer = getattr(nn, name)(*args, dtype=np.float64).train(training)
    parameters = list(layer.parameters())
    for parameter in parameters:
        parameter.data[...] = rng.normal(size=parameter.shape)
    x, v = ag.tensor(rng.normal(size=shape)), rng.normal(size=shape)
    report = ag.gradcheck(lambda x, *_: (layer(x) * v).sum(), [x, *parameters], order=2)
    assert report, report


def test_known_numbers() -> None:
    """Of [1, 2, 6]: mean 3, variance 14/3; the updates of the running ones by hand."""
    norm = nn.BatchNorm1d(1, eps=0.0, momentum=0.25, dtype=np.float64)
    out = norm(np.array([[1.0], [2.0], [6.0]]))
    deviation = np.sqrt(14 / 3)
    np.testing.assert_allclose(out.detach().numpy().ravel(), np.array([-2, -1, 3]) / deviation)
    np.testing.assert_allclose(norm.running_mean.numpy(), [0.25 * 3])
    np.testing.assert_allclose(norm.running_var.numpy(), [0.75 * 1 + 0.25 * 7])
    assert norm.num_batches_tracked.item() == 1
    layer = nn.LayerNorm(3, eps=0.0)(np.array([1.0, 2.0, 6.0]))
    np.testing.assert_allclose(layer.detach().numpy(), np.array([-2, -1, 3]) / deviation, rtol=1e-6)


def test_momentum_none_averages_all_batches(rng: np.random.Generator) -> None:
    norm = nn.BatchNorm1d(3, momentum=None, dtype=np.float64)
    batches = rng.normal(size=(5, 8, 3))
    with ag.no_grad():
        for batch in batches:
            norm(batch)
    np.testing.assert_allclose(norm.running_mean.numpy(), batches.mean(axis=(0, 1)))
    np.testing.assert_allclose(
        norm.running_var.numpy(), batches.var(axis=1, ddof=1).mean(axis=0), rtol=1e-12
    )
    norm.reset_running_stats()
    assert norm.running_mean.tolist() == [0, 0, 0]
    assert norm.running_var.tolist() == [1, 1, 1]
    assert norm.num_batches_tracked.item() == 0


def test_statistics_are_the_same_with_and_without_a_graph(rng: np.random.Generator) -> None:
    x = rng.normal(size=(6, 3, 4)).astype(np.float32)
    recorded, unrecorded = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    first = recorded(x)
    with ag.no_grad():
        second = unrecorded(x)
    assert first.tolist() == second.tolist()
    assert recorded.running_mean.tolist() == unrecorded.running_mean.tolist()
    assert recorded.running_var.tolist() == unrecorded.running_var.tolist()


# ── what Ioffe & Szegedy 2015 prove ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scale", [0.01, 3.0, 100.0])
def test_the_scale_of_the_weights_before_does_not_matter(
    rng: np.random.Generator, scale: float
) -> None:
    """Section 3.3: BN((aW)u) = BN(Wu), ∂BN((aW)u)/∂(aW) = (1/a)·∂BN(Wu)/∂W; for a > 0, ε = 0."""
    u, w, v = rng.normal(size=(8, 5)), rng.normal(size=(5, 4)), rng.normal(size=(8, 4))
    norm = nn.BatchNorm1d(4, eps=0.0, dtype=np.float64)

    def run(weights: np.ndarray) -> tuple[Any, Any, Any]:
        x, leaf = ag.tensor(u, requires_grad=True), ag.tensor(weights, requires_grad=True)
        out = norm(x @ leaf)
        (out * v).sum().backward()
        return out.detach().numpy(), x.grad.numpy(), leaf.grad.numpy()

    for plain, scaled, factor in zip(run(w), run(scale * w), (1, 1, 1 / scale), strict=True):
        np.testing.assert_allclose(scaled, factor * plain, rtol=1e-9, atol=1e-11 * factor)


def test_the_gradient_of_the_input_sums_to_zero_and_is_orthogonal(
    rng: np.random.Generator,
) -> None:
    """Shifting or scaling a channel changes nothing: Σ x̄ = 0 and Σ x̄·(x − mean) = 0 (ε = 0)."""
    x = ag.tensor(rng.normal(size=(6, 3, 2, 2)), requires_grad=True)
    norm = nn.BatchNorm2d(3, eps=0.0, dtype=np.float64)
    (norm(x) * rng.normal(size=x.shape)).sum().backward()
    gradient, values = x.grad.numpy(), x.detach().numpy()
    centred = values - values.mean(axis=(0, 2, 3), keepdims=True)
    np.testing.assert_allclose(gradient.sum(axis=(0, 2, 3)), 0, atol=1e-13)
    np.testing.assert_allclose((gradient * centred).sum(axis=(0, 2, 3)), 0, atol=1e-13)


def test_a_bias_before_batch_norm_has_no_gradient(rng: np.random.Generator) -> None:
    """Section 3.2: it is subtracted with the mean."""
    model = nn.Sequential(nn.Linear(5, 4, dtype=np.float64), nn.BatchNorm1d(4, dtype=np.float64))
    (model(rng.normal(size=(8, 5))) * rng.normal(size=(8, 4))).sum().backward()
    np.testing.assert_allclose(model[0].bias.grad.numpy(), 0, atol=1e-13)
    assert abs(model[0].weight.grad.numpy()).max() > 0.1


def test_group_norm_has_layer_and_instance_norm_as_ends(rng: np.random.Generator) -> None:
    x = rng.normal(size=(3, 4, 5))
    layer = F.layer_norm(x, (4, 5))
    np.testing.assert_allclose(F.group_norm(x, 1), layer, rtol=1e-12)
    np.testing.assert_allclose(F.group_norm(x, 4), F.instance_norm(x), rtol=1e-12)


# ── memory and dtypes ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(3), nn.GroupNorm(3, 3), nn.BatchNorm2d(3).eval()])
def test_batch_last_memory_stays_so(rng: np.random.Generator, layer: nn.Module) -> None:
    x = ag.tensor(batch_last(rng.normal(size=(4, 3, 5, 2)).astype(np.float32)), requires_grad=True)
    assert np.moveaxis(x.data, 0, -1).flags.c_contiguous
    out = layer(x)
    assert np.moveaxis(out._array, 0, -1).flags.c_contiguous
    out.backward(np.ones(x.shape, np.float32))
    assert x.grad.shape == x.shape


@pytest.mark.parametrize(("name", "args", "kwargs", "shape"), LAYERS)
def test_float32_stays_float32(
    rng: np.random.Generator,
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    shape: tuple[int, ...],
) -> None:
    layer = getattr(nn, name)(*args, **kwargs)
    x = ag.tensor(rng.normal(size=shape).astype(np.float32), requires_grad=True)
    for mode in (True, False):
        out = layer.train(mode)(x)
        out.sum().backward()
        leaves = [x, *layer.parameters()]
        assert {out.dtype, *(leaf.grad.dtype for leaf in leaves)} == {np.dtype(np.float32)}
    assert all(b.dtype == np.float32 for b in layer.buffers() if b.ndim)


def test_many_float32_values_are_summed_well(rng: np.random.Generator) -> None:
    """Mean 100, deviation 1, a hundred thousand values a channel: the output is right to 1e-4."""
    x = rng.normal(100.0, 1.0, size=(2, 3, 50_000))
    out = F.batch_norm(x.astype(np.float32), None, None, training=True)
    exact = F.batch_norm(x, None, None, training=True)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, exact, atol=1e-4)


def test_a_wider_parameter_widens_the_input(rng: np.random.Generator) -> None:
    x = ag.tensor(rng.normal(size=(4, 3)).astype(np.float32), requires_grad=True)
    layer = nn.LayerNorm(3, dtype=np.float64)
    out = layer(x)
    out.sum().backward()
    assert out.dtype == layer.weight.grad.dtype == np.float64
    assert x.grad.dtype == np.float32


def test_an_empty_batch_goes_through_what_needs_none() -> None:
    assert nn.LayerNorm(3)(ag.zeros(0, 3)).shape == (0, 3)
    assert nn.BatchNorm1d(3).eval()(ag.zeros(0, 3)).shape == (0, 3)
    assert nn.GroupNorm(1, 4)(ag.zeros(0, 4)).shape == (0, 4)


@given(
    n=st.integers(2, 5),
    groups=st.integers(1, 3),
    per_group=st.integers(1, 3),
    space=st.lists(st.integers(1, 4), max_size=3),
    last=st.booleans(),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=60, deadline=None)
def test_any_shape_has_mean_zero_and_variance_one(
    n: int, groups: int, per_group: int, space: list[int], last: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    c = groups * per_group
    x = rng.normal(1.0, 2.0, size=(n, c, *space))
    x = batch_last(x) if last else x
    space_axes = tuple(range(2, x.ndim))
    out = F.batch_norm(x, None, None, training=True, eps=0.0)
    np.testing.assert_allclose(out.mean(axis=(0, *space_axes)), 0, atol=1e-9)
    np.testing.assert_allclose(out.var(axis=(0, *space_axes)), 1, rtol=1e-9)
    out = F.layer_norm(x, x.shape[1:], eps=1e-5).reshape(n, -1)
    np.testing.assert_allclose(out.mean(axis=1), 0, atol=1e-9)
    if per_group * int(np.prod(space)) > 1:
        out = F.group_norm(x, groups, eps=0.0).reshape(n * groups, -1)
        np.testing.assert_allclose(out.mean(axis=1), 0, atol=1e-9)
        np.testing.assert_allclose(out.var(axis=1), 1, rtol=1e-9)


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────

MISTAKES: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (  # row 34
        lambda: nn.BatchNorm1d(8)(ag.zeros(1, 8)),
        ShapeError,
        "BatchNorm1d needs more than one value per channel in training, got input of shape (1, 8); "
        "take a larger batch, or call eval()",
    ),
    (
        lambda: nn.BatchNorm2d(3)(ag.zeros(0, 3, 4, 4)),
        ShapeError,
        "BatchNorm2d needs more than one value per channel in training, got input of shape "
        "(0, 3, 4, 4); take a larger batch, or call eval()",
    ),
    (
        lambda: F.batch_norm(ag.zeros(1, 8), None, None, training=True),
        ShapeError,
        "batch_norm needs more than one value per channel in training, got input of shape (1, 8); "
        "take a larger batch, or training=False",
    ),
    (
        lambda: nn.BatchNorm1d(8)(ag.zeros(4, 7)),
        ShapeError,
        "BatchNorm1d expects input of shape (N, C) or (N, C, L) with C = 8, got (4, 7)",
    ),
    (
        lambda: nn.BatchNorm2d(3)(ag.zeros(28, 28)),
        ShapeError,
        "BatchNorm2d expects input of shape (N, C, H, W) with C = 3, got (28, 28)",
    ),
    (
        lambda: nn.InstanceNorm1d(3)(ag.zeros(4, 3, 1)),
        ShapeError,
        "InstanceNorm1d needs more than one value per channel and example, got input of shape "
        "(4, 3, 1)",
    ),
    (
        lambda: nn.LayerNorm((3, 4))(ag.zeros(2, 4)),
        ShapeError,
        "LayerNorm expects input of shape (…, 3, 4), got (2, 4)",
    ),
    (
        lambda: nn.RMSNorm(3)(ag.zeros(2, 4)),
        ShapeError,
        "RMSNorm expects input of shape (…, 3), got (2, 4)",
    ),
    (
        lambda: nn.GroupNorm(2, 4)(ag.zeros(2, 6)),
        ShapeError,
        "GroupNorm expects input of shape (N, C, …) with C = 4, got (2, 6)",
    ),
    (
        lambda: nn.GroupNorm(4, 6),
        ArgumentError,
        "GroupNorm: 6 channels do not fall into 4 groups of equal size",
    ),
    (
        lambda: F.group_norm(ag.zeros(1, 2), 2),
        ShapeError,
        "group_norm needs more than one value in a group, got input of shape (1, 2) for 2 groups; "
        "take fewer groups",
    ),
    (
        lambda: nn.BatchNorm1d(0),
        ArgumentError,
        "BatchNorm1d: num_features must be a positive integer, got 0",
    ),
    (
        lambda: nn.BatchNorm1d(3, momentum=1.5),
        ArgumentError,
        "BatchNorm1d: momentum must be a number from 0 to 1, or None, got 1.5",
    ),
    (
        lambda: nn.LayerNorm(3, eps=-1),
        ArgumentError,
        "LayerNorm: eps must be a finite number, at least 0, got -1",
    ),
    (
        lambda: nn.LayerNorm(2.5),
        ArgumentError,
        "LayerNorm: normalized_shape must be a positive integer or several, got 2.5",
    ),
    (
        lambda: F.batch_norm(ag.zeros(4, 3), None, None),
        ArgumentError,
        "batch_norm: outside training it needs running_mean and running_var; give both, or "
        "training=True",
    ),
    (
        lambda: F.batch_norm(ag.zeros(4, 3), None, None, ag.ones(2), training=True),
        ShapeError,
        "batch_norm: weight must have shape (3,), got (2,)",
    ),
    (
        lambda: nn.LayerNorm(3)(np.arange(3)),
        DTypeError,
        "layer_norm: the input must be floats, got int64; write x.astype(float)",
    ),
    (
        lambda: nn.LayerNorm(3)("abc"),
        DTypeError,
        "LayerNorm: the input must be a tensor, an array or a list of numbers, got 'abc'",
    ),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), MISTAKES, ids=[m[2][:60] for m in MISTAKES])
def test_mistake(mistake: Callable[[], Any], kind: type[AutogradError], text: str) -> None:
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == text


def test_a_refused_batch_changes_no_statistics() -> None:
    norm = nn.BatchNorm1d(3)
    before = [b.tolist() for b in norm.buffers()]
    for bad in (ag.zeros(1, 3), ag.zeros(4, 2), np.zeros((4, 3), int)):
        with pytest.raises(AutogradError):
            norm(bad)
    assert [b.tolist() for b in norm.buffers()] == before


def test_repr() -> None:
    assert repr(nn.BatchNorm2d(3)) == (
        "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)"
    )
    assert repr(nn.LayerNorm(3, bias=False)) == (
        "LayerNorm((3,), eps=1e-05, elementwise_affine=True, bias=False)"
    )
    assert repr(nn.GroupNorm(2, 4)) == "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)"
    assert repr(nn.RMSNorm(4)) == "RMSNorm((4,), eps=None, elementwise_affine=True)"


def test_a_convolution_network_trains_as_pytorchs(torch: Any, rng: np.random.Generator) -> None:
    """Convolution, batch norm and pooling hand batch-last memory on; ten steps of SGD agree."""

    def build(nn: Any, **dtype: Any) -> Any:
        parts = nn.Conv2d(2, 4, 3, **dtype), nn.BatchNorm2d(4, **dtype), nn.ReLU(), nn.MaxPool2d(2)
        return nn.Sequential(*parts, nn.Flatten(), nn.Linear(16, 3, **dtype))

    theirs, ours = build(torch.nn, dtype=torch.float64), build(nn, dtype=np.float64)
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    x, labels = rng.normal(size=(8, 2, 6, 6)), rng.integers(0, 3, 8)
    steps = nn.optim.SGD(ours.parameters(), lr=0.1), torch.optim.SGD(theirs.parameters(), lr=0.1)
    for _ in range(10):
        loss = F.cross_entropy(ours(x), labels)
        expected = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(labels))
        assert loss.item() == pytest.approx(expected.item(), rel=1e-10)
        for result, optimizer in zip((loss, expected), steps, strict=True):
            optimizer.zero_grad()
            result.backward()
            optimizer.step()
    for key, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[key].numpy(), value.numpy(), rtol=1e-8)
