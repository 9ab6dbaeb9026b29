"""Datasets, splits, batches, the normaliser and the digits."""

from zlib import crc32

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, ShapeError


class Squares(nn.Dataset):
    def __len__(self) -> int:
        return 7

    def __getitem__(self, index: int) -> tuple[float, dict[str, object]]:
        return float(index), {"square": np.array([index**2]), "name": f"n{index}"}


def numbers(n: int) -> nn.TensorDataset:
    return nn.TensorDataset(np.arange(n) * 10.0, np.arange(n))


def labels(loader: nn.DataLoader) -> list[list[int]]:
    return [y.tolist() for _, y in loader]


def test_batches_in_order() -> None:
    loader = nn.DataLoader(numbers(7), batch_size=3)
    assert labels(loader) == [[0, 1, 2], [3, 4, 5], [6]]
    assert len(loader) == 3
    x, y = next(iter(loader))
    assert x.tolist() == [0, 10, 20]
    assert (type(x), type(y)) == (ag.Tensor, ag.Tensor)
    loader = nn.DataLoader(numbers(7), batch_size=3, drop_last=True)
    assert labels(loader) == [[0, 1, 2], [3, 4, 5]]
    assert len(loader) == 2
    assert len(nn.DataLoader(numbers(6), batch_size=3)) == 2


def test_shuffling_deals_every_example_once_in_a_new_order() -> None:
    loader = nn.DataLoader(numbers(50), batch_size=8, shuffle=True)
    first, second = ([i for batch in labels(loader) for i in batch] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert first != sorted(first)


def test_shuffling_follows_the_seed() -> None:
    def orders(**given: np.random.Generator) -> list[list[list[int]]]:
        loader = nn.DataLoader(numbers(20), batch_size=6, shuffle=True, **given)
        return [labels(loader) for _ in range(2)]

    ag.manual_seed(3)
    first = orders()
    ag.manual_seed(3)
    assert orders() == first
    assert orders(generator=np.random.default_rng(3)) == first
    assert orders(generator=np.random.default_rng(4)) != first


def test_two_walks_through_one_loader_do_not_disturb_each_other() -> None:
    loader = nn.DataLoader(numbers(4), batch_size=2, shuffle=True)
    pairs = list(zip(loader, loader, strict=True))
    for side in (0, 1):
        assert sorted(i for pair in pairs for i in pair[side][1].tolist()) == [0, 1, 2, 3]


def test_examples_of_any_kind_are_collated() -> None:
    loader = nn.DataLoader(nn.Subset(Squares(), [6, 2, 3]), batch_size=2)
    (x, more), last = loader
    assert x.dtype == np.float32
    assert x.tolist() == [6, 2]
    assert more["square"].tolist() == [[36], [4]]
    assert more["name"] == ["n6", "n2"]
    assert last[0].tolist() == [3]
    assert list(nn.DataLoader(Squares(), batch_size=4, collate_fn=len)) == [4, 3]
    pairs = nn.default_collate([(ag.ones(2), 1), (ag.zeros(2), 2)])
    assert [t.tolist() for t in pairs] == [[[1, 1], [0, 0]], [1, 2]]


def test_a_dataset_that_augments_is_asked_for_each_example() -> None:
    class Doubled(nn.TensorDataset):
        def __getitem__(self, index):
            x, y = super().__getitem__(index)
            return x * 2, y

    source = Doubled([1.0, 2.0], [0, 1])
    for dataset in (source, nn.Subset(source, [0, 1])):
        ((x, _),) = nn.DataLoader(dataset, batch_size=2)
        assert x.tolist() == [2, 4]


def test_splits_are_disjoint_and_complete() -> None:
    dataset = numbers(101)
    parts = nn.random_split(dataset, [0.7, 0.2, 0.1], generator=np.random.default_rng(0))
    assert [len(part) for part in parts] == [71, 20, 10]  # 1 left over by rounding down
    assert sorted(i for part in parts for i in part[:][1].tolist()) == list(range(101))
    again = nn.random_split(dataset, [71, 20, 10], generator=np.random.default_rng(0))
    assert all((a.indices == b.indices).all() for a, b in zip(parts, again, strict=True))
    other = nn.random_split(dataset, [71, 20, 10], generator=np.random.default_rng(1))
    assert (other[0].indices != parts[0].indices).any()


def test_subsets_of_subsets() -> None:
    inner = nn.Subset(nn.Subset(numbers(10), [2, 4, 6, 8]), [3, 0])
    assert inner[0][1].item() == 8
    assert inner[:][1].tolist() == [8, 2]
    assert labels(nn.DataLoader(inner, batch_size=2)) == [[8, 2]]


@pytest.mark.parametrize("lengths", [[5, 4], [0.5, 0.4], [5.5, 4.5], []])
def test_splits_that_do_not_add_up(lengths: list[float]) -> None:
    with pytest.raises(ArgumentError, match="sum to 10 or fractions that sum to 1, got"):
        nn.random_split(numbers(10), lengths)


def test_what_cannot_be_loaded() -> None:
    for batch_size in (0, -1, 2.5, None):
        with pytest.raises(ArgumentError, match="batch_size must be a positive integer, got"):
            nn.DataLoader(numbers(3), batch_size)
    with pytest.raises(ShapeError, match=r"the same number of rows, got \[2, 3\]"):
        nn.TensorDataset([1.0, 2.0], [1, 2, 3])
    with pytest.raises(ShapeError, match="the same number of rows, got none"):
        nn.TensorDataset()


def test_normalizer_keeps_the_training_statistics(rng: np.random.Generator) -> None:
    train = rng.normal(5, 3, size=(500, 4)).astype(np.float32)
    train[:, 2] = 0.1
    normalize = nn.Normalizer(train)
    z = normalize(train).numpy()
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(z.std(axis=0), [1, 1, 0, 1], atol=1e-5)
    assert z.dtype == np.float32
    other = rng.normal(size=(3, 4)).astype(np.float32)
    expected = (other - train.mean(axis=0)) / np.where(
        np.ptp(train, axis=0) == 0, 1, train.std(axis=0)
    )
    np.testing.assert_allclose(normalize(other).numpy(), expected, rtol=1e-4)
    np.testing.assert_allclose(
        normalize.inverse(normalize(other)).numpy(), other, rtol=1e-4, atol=1e-5
    )
    assert repr(normalize) == "Normalizer(fitted on 500 examples of shape (4,))"
    with pytest.raises(ShapeError, match="at least one example"):
        nn.Normalizer(train[:0])


def test_normalizer_is_saved_with_its_model() -> None:
    model = nn.Sequential(nn.Normalizer([[1.0], [3.0], [5.0]]), nn.Linear(1, 1))
    other = nn.Sequential(nn.Normalizer([[0.0]]), nn.Linear(1, 1))
    other.load_state_dict(model.state_dict())
    assert other([[7.0]]).tolist() == model([[7.0]]).tolist()
    assert "fitted on 3 examples" in repr(other)
    assert len(list(model.parameters())) == 2


def test_digits_are_the_known_ones() -> None:
    x, y = nn.datasets.digits().tensors
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((1797, 64), "float32", (1797,), "int64")
    assert (x.numpy().min(), x.numpy().max()) == (0, 16)
    assert np.bincount(y.numpy()).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert crc32(x.numpy().astype(np.uint8).tobytes()) == 0xF3A2533C


def test_digits_are_scikit_learns() -> None:
    sklearn = pytest.importorskip("sklearn.datasets", reason="compares with scikit-learn's copy")
    theirs = sklearn.load_digits()
    x, y = nn.datasets.digits().tensors
    assert np.array_equal(x, theirs.data)
    assert np.array_equal(y, theirs.target)
