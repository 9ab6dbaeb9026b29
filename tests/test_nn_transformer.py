"""TransformerEncoderLayer and TransformerEncoder: against PyTorch, order 2, use and refusals."""

import re
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, ShapeError, UnsupportedError

N, L, D, H, WIDE = 3, 4, 6, 2, 10


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def stirred(torch: Any, theirs: Any) -> dict[str, np.ndarray]:
    """Move all weights away from ones and zeros, and return them."""
    torch.manual_seed(0)
    for parameter in theirs.parameters():
        parameter.data += 0.3 * torch.randn(parameter.shape, dtype=parameter.dtype)
    return {name: value.numpy() for name, value in theirs.state_dict().items()}


def assert_same_step(torch: Any, theirs: Any, ours: Any, x: np.ndarray, **masks: Any) -> None:
    """Compare outputs and all gradients."""
    state = stirred(torch, theirs)
    assert list(ours.state_dict()) == list(state)
    ours.load_state_dict(state)
    u, v = torch.tensor(x, requires_grad=True), ag.tensor(x, requires_grad=True)
    given = {k: torch.tensor(m) if isinstance(m, np.ndarray) else m for k, m in masks.items()}
    expected, out = theirs(u, **given), ours(v, **masks)
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), atol=1e-11)
    g = np.random.default_rng(3).normal(size=out.shape)
    expected.backward(torch.tensor(g))
    out.backward(g)
    np.testing.assert_allclose(v.grad.numpy(), u.grad.numpy(), atol=1e-10)
    for (name, p), (_, q) in zip(theirs.named_parameters(), ours.named_parameters(), strict=True):
        np.testing.assert_allclose(q.grad.numpy(), p.grad.numpy(), atol=1e-10, err_msg=name)


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("options", [{"batch_first": True}, {}, {"bias": False}])
def test_layer_equals_pytorch(
    torch: Any, rng: np.random.Generator, norm_first: bool, activation: str, options: dict[str, Any]
) -> None:
    size = (D, H, WIDE, 0.0, activation, 1e-3)
    theirs = torch.nn.TransformerEncoderLayer(
        *size, norm_first=norm_first, dtype=torch.float64, **options
    )
    ours = nn.TransformerEncoderLayer(*size, norm_first=norm_first, dtype=np.float64, **options)
    assert_same_step(torch, theirs, ours, rng.normal(size=(N, L, D)))


PADDED = np.arange(L) >= np.array([[4], [2], [3]])
FUTURE = np.triu(np.ones((L, L), dtype=bool), 1)
FUTURE_BIAS = np.triu(np.full((L, L), -np.inf), 1)


@pytest.mark.parametrize(
    "masks",
    [
        {"mask": FUTURE},
        {"mask": FUTURE_BIAS},
        {"mask": FUTURE, "is_causal": True},
        {"src_key_padding_mask": PADDED},
        {"mask": FUTURE, "src_key_padding_mask": PADDED},
    ],
)
def test_encoder_equals_pytorch(
    torch: Any, rng: np.random.Generator, masks: dict[str, Any]
) -> None:
    theirs = torch.nn.TransformerEncoder(
        torch.nn.TransformerEncoderLayer(D, H, WIDE, 0.0, batch_first=True, dtype=torch.float64),
        2,
        torch.nn.LayerNorm(D, dtype=torch.float64),
        enable_nested_tensor=False,
    )
    norm = nn.LayerNorm(D, dtype=np.float64)
    ours = nn.TransformerEncoder(layer(dropout=0.0), 2, norm)
    assert_same_step(torch, theirs, ours, rng.normal(size=(N, L, D)), **masks)


def test_stored_numbers() -> None:
    """Made once by PyTorch 2.13 in float64, all parameters sin(0), sin(1), sin(2), …."""
    layer = nn.TransformerEncoderLayer(
        4, 2, 3, 0.0, "gelu", batch_first=True, norm_first=True, dtype=np.float64
    )
    for parameter in layer.parameters():
        parameter.data[...] = np.sin(np.arange(parameter.size)).reshape(parameter.shape)
    x = ag.tensor(np.cos(np.arange(12.0)).reshape(1, 3, 4), requires_grad=True)
    out = layer(x, is_causal=True)
    (out**2).sum().backward()
    np.testing.assert_allclose(
        out.detach().numpy()[0, 1:],
        [
            [-1.9290188096400718, 1.359483414485405, 4.456586534640096, 0.09351782915643092],
            [-1.5412786780033318, 0.01711910776545489, 2.9896233049273624, -0.9744584587485983],
        ],
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        x.grad.numpy()[0, 0],
        [-4.415328413636832, 7.432678274858133, 11.60901199527844, -9.369812493555765],
        rtol=1e-12,
    )
    totals = [140.79825984503805, 76.46590871509795, 171.14588158781032, 39.009596843809646]
    for total, parameter in zip(totals, layer.self_attn.parameters(), strict=True):
        assert abs(parameter.grad.numpy()).sum() == pytest.approx(total, rel=1e-12)


def layer(**options: Any) -> nn.TransformerEncoderLayer:
    sizes = {"d_model": D, "nhead": H, "dim_feedforward": WIDE, "batch_first": True}
    return nn.TransformerEncoderLayer(**{**sizes, "dtype": np.float64, **options})


def test_causal_needs_no_mask(rng: np.random.Generator) -> None:
    encoder = nn.TransformerEncoder(layer(dropout=0.0), 2)
    x = rng.normal(size=(N, L, D))
    expected = encoder(x, mask=nn.generate_square_subsequent_mask(L)).detach().numpy()
    np.testing.assert_allclose(encoder(x, is_causal=True).detach().numpy(), expected)


def test_gradients_to_second_order(rng: np.random.Generator) -> None:
    small = layer(d_model=2, dim_feedforward=3, activation="gelu", norm_first=True, dropout=0.0)
    x = ag.tensor(rng.normal(size=(1, 2, 2)))
    assert ag.gradcheck(lambda x: small(x, is_causal=True), x, order=2)


def test_without_positions_order_does_not_matter(rng: np.random.Generator) -> None:
    encoder, x = nn.TransformerEncoder(layer(dropout=0.0), 2), rng.normal(size=(N, L, D))
    order = rng.permutation(L)
    out = encoder(x).detach().numpy()
    np.testing.assert_allclose(encoder(x[:, order]).detach().numpy(), out[:, order], atol=1e-12)


def test_float32_stays_float32(rng: np.random.Generator) -> None:
    encoder = nn.TransformerEncoder(layer(dtype=None, activation="gelu"), 2)
    x = ag.tensor(rng.normal(size=(N, L, D)).astype(np.float32), requires_grad=True)
    out = encoder(x, src_key_padding_mask=PADDED)
    out.sum().backward()
    found = {out.dtype, x.grad.dtype, *(p.grad.dtype for p in encoder.parameters())}
    assert found == {np.dtype(np.float32)}


def test_copies_start_alike_and_go_their_own_ways() -> None:
    made = layer()
    encoder = nn.TransformerEncoder(made, 2)
    first, second = (block.linear1.weight for block in encoder.layers)
    np.testing.assert_array_equal(first.data, made.linear1.weight.data)
    np.testing.assert_array_equal(first.data, second.data)
    first.data[...] = 0
    assert second.data.any()
    assert made.linear1.weight.data.any()


def test_copies_do_not_drop_the_same(rng: np.random.Generator) -> None:
    """The copies draw from one generator in turn, not each from a copy of it."""
    encoder = nn.TransformerEncoder(layer(dropout=0.5, generator=np.random.default_rng(0)), 2)
    a, b = (block.dropout(np.ones(100)) for block in encoder.layers)
    assert (a != b).any()
    assert encoder.layers[0].dropout.generator is encoder.layers[1].self_attn.generator


def test_dropout_acts_in_training_only(rng: np.random.Generator) -> None:
    block, x = layer(), rng.normal(size=(N, L, D))
    assert (block(x).detach().numpy() != block(x).detach().numpy()).any()
    block.eval()
    np.testing.assert_array_equal(block(x).detach().numpy(), block(x).detach().numpy())


def test_activation_may_be_a_function_or_a_module(rng: np.random.Generator) -> None:
    x = rng.normal(size=(N, L, D))
    blocks = [layer(activation=a, dropout=0.0) for a in ("gelu", F.gelu, nn.GELU())]
    for block in blocks[1:]:
        block.load_state_dict(blocks[0].state_dict())
    outs = [block(x).detach().numpy() for block in blocks]
    np.testing.assert_array_equal(outs[0], outs[1])
    np.testing.assert_array_equal(outs[0], outs[2])


def test_lists_are_taken() -> None:
    assert layer(dropout=0.0)([[[0.5] * D] * L]).shape == (1, L, D)


def test_it_learns_which_token_came_first(rng: np.random.Generator) -> None:
    """Without positions that cannot be known; with them a small encoder learns it."""
    tokens = rng.integers(0, 4, size=(64, 5))
    embedded = np.eye(4)[tokens] * 2

    def accuracy(position: nn.Module) -> float:
        ag.manual_seed(0)
        encoder = nn.Sequential(position, layer(d_model=4, dropout=0.0, norm_first=True))
        head = nn.Linear(4, 4, dtype=np.float64)
        parameters = [*encoder.parameters(), *head.parameters()]
        optimizer = nn.optim.Adam(parameters, lr=0.02)
        for _ in range(60):
            optimizer.zero_grad()
            logits = head(encoder(embedded).mean(axis=1))
            loss = F.cross_entropy(logits, tokens[:, 0])
            loss.backward()
            optimizer.step()
        return float((logits.detach().numpy().argmax(axis=1) == tokens[:, 0]).mean())

    assert accuracy(nn.SinusoidalPositionalEncoding(4, dtype=np.float64)) > 0.9
    assert accuracy(nn.Identity()) < 0.8


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"activation": "swish"}, "activation must be 'relu', 'gelu' or a function, got 'swish'"),
        ({"nhead": 4}, "embed_dim must be divisible by num_heads, which is 4, got 6"),
        ({"dim_feedforward": 0}, "must be a positive integer, got 0"),
        ({"dropout": -0.1}, "dropout must be a number from 0 to 1, got -0.1"),
        ({"layer_norm_eps": -1}, "LayerNorm: eps must be a finite number, at least 0, got -1"),
    ],
)
def test_options_out_of_range(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(text)):
        layer(**options)


def test_inputs_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match="must have 6 features on the last axis, got shape"):
        layer()(ag.zeros(N, L, 5))
    with pytest.raises(ShapeError, match=r"attn_mask must have shape \(4, 4\), got \(5, 5\)"):
        layer()(ag.zeros(N, L, D), nn.generate_square_subsequent_mask(5))
    with pytest.raises(DTypeError, match="TransformerEncoderLayer: the input must be a tensor"):
        layer()("text")


def test_encoder_refusals() -> None:
    with pytest.raises(ArgumentError, match="num_layers must be a positive integer, got 0"):
        nn.TransformerEncoder(layer(), 0)
    with pytest.raises(UnsupportedError, match="enable_nested_tensor=True is not supported"):
        nn.TransformerEncoder(layer(), 1, enable_nested_tensor=True)
    with pytest.raises(ArgumentError, match="sz must be a positive integer, got -1"):
        nn.generate_square_subsequent_mask(-1)


def test_subsequent_mask_is_pytorchs(torch: Any) -> None:
    expected = torch.nn.Transformer.generate_square_subsequent_mask(5).numpy()
    mask = nn.generate_square_subsequent_mask(5)
    np.testing.assert_array_equal(mask.numpy(), expected)
    assert mask.dtype == np.float32
    assert nn.generate_square_subsequent_mask(2, dtype=np.float64).dtype == np.float64
