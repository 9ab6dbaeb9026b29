"""Datasets, splits, batches, the normaliser and the digits."""

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import (
    ArgumentError,
    DTypeError,
    IndexingError,
    ShapeError,
)


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


def test_stratified_splits_keep_the_shares_of_classes() -> None:
    labels = np.repeat([3, 1, 2], [60, 31, 9])
    dataset = nn.TensorDataset(np.arange(100), labels)
    given = {"generator": np.random.default_rng(0), "stratify": labels}
    parts = nn.random_split(dataset, [0.7, 0.2, 0.1], **given)
    assert sorted(i for part in parts for i in part.indices.tolist()) == list(range(100))
    for part, share in zip(parts, (0.7, 0.2, 0.1), strict=True):
        counts = [(part[:][1] == label).sum() for label in (3, 1, 2)]
        np.testing.assert_allclose(counts, [60 * share, 31 * share, 9 * share], atol=1)
        assert (np.diff(part[:][1].numpy()) != 0).sum() > 3  # and not class after class
    other = nn.random_split(dataset, [50, 50], stratify=ag.tensor(labels))
    assert [len(part) for part in other] == [50, 50]
    assert sorted(other[0].indices.tolist()) != sorted(other[1].indices.tolist())
    with pytest.raises(ShapeError, match=r"one label for each of 100 examples, got shape \(99,\)"):
        nn.random_split(dataset, [50, 50], stratify=labels[1:])


@given(
    st.lists(st.integers(0, 4), min_size=0, max_size=60),
    st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any),
)
def test_stratified_splits_are_exact_and_fair(labels: list[int], weights: list[int]) -> None:
    n = len(labels)
    lengths = [n * w // sum(weights) for w in weights]
    lengths[0] += n - sum(lengths)
    dataset = nn.TensorDataset(np.arange(n))
    parts = nn.random_split(dataset, lengths, stratify=np.array(labels, dtype=int))
    assert [len(part) for part in parts] == lengths
    assert sorted(i for part in parts for i in part.indices.tolist()) == list(range(n))
    first = np.bincount(np.array(labels, int)[parts[0].indices], minlength=5)
    ideal = np.bincount(np.array(labels, int), minlength=5) * lengths[0] / max(n, 1)
    assert (np.abs(first - ideal) < 1).all()


def test_datasets_one_after_the_other() -> None:
    both = numbers(3) + Squares()
    assert len(both) == 10
    assert both.cumulative_sizes == [3, 10]
    assert [t.item() for t in both[2]] == [20, 2]
    assert both[3][0] == 0.0
    assert both[-1][1]["name"] == "n6"
    assert labels(nn.DataLoader(numbers(2) + numbers(3), batch_size=4)) == [[0, 1, 0, 1], [2]]
    assert repr(both) == "ConcatDataset(10 examples: 3 of TensorDataset + 7 of Squares)"
    for index in (10, -11):
        with pytest.raises(IndexingError, match=f"index {index} is outside 10 examples"):
            both[index]
    with pytest.raises(IndexingError, match="an index must be one whole number, got slice"):
        both[:2]
    with pytest.raises(ArgumentError, match="needs at least one dataset"):
        nn.ConcatDataset([])
    with pytest.raises(DTypeError, match=r"write ConcatDataset\(\[a, b\]\)"):
        nn.ConcatDataset(3)


def test_subsets_stay_inside() -> None:
    assert labels(nn.DataLoader(nn.Subset(numbers(4), [-1, 0]), batch_size=2)) == [[3, 0]]
    with pytest.raises(IndexingError, match="index 4 is outside a dataset of 4 examples"):
        nn.Subset(numbers(4), [0, 4])
    with pytest.raises(ShapeError, match=r"one entry for each of 4 examples, got shape \(3,\)"):
        nn.Subset(numbers(4), [True, False, True])


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
    for options, text in (
        ({"sampler": [0], "shuffle": True}, "sampler= and shuffle=True both say the order"),
        ({"batch_sampler": [[0]], "batch_size": 2}, "batch_sampler= makes whole batches"),
        ({"batch_sampler": [[0]], "drop_last": True}, "batch_sampler= makes whole batches"),
        ({"shuffle": "yes"}, "shuffle must be True or False, got 'yes'"),
    ):
        with pytest.raises(ArgumentError, match=text):
            nn.DataLoader(numbers(3), **options)
    with pytest.raises(DTypeError, match=r"got int; write np\.random\.default_rng\(seed\)"):
        nn.DataLoader(numbers(3), shuffle=True, generator=0)
    with pytest.raises(DTypeError, match="sampler must be an iterable of indices, got int"):
        nn.DataLoader(numbers(3), sampler=5)
    with pytest.raises(ShapeError, match=r"the same number of rows, got \[2, 3\]"):
        nn.TensorDataset([1.0, 2.0], [1, 2, 3])
    with pytest.raises(ShapeError, match="the same number of rows, got none"):
        nn.TensorDataset()


@pytest.mark.parametrize(
    ("examples", "text"),
    [
        ([np.zeros(2), np.zeros(3)], r"example 0 has shape \(2,\), example 1 has \(3,\)"),
        ([ag.zeros(2), ag.zeros(2, 1)], r"example 0 has shape \(2,\), example 1 has \(2, 1\)"),
        ([(1, 2), (1,)], "example 0 has entries 2, example 1 has 1"),
        ([(1, 2), 5], "example 0 has kind tuple, example 1 has int"),
        ([{"a": 1}, {"b": 1}], r"example 0 has keys \['a'\], example 1 has \['b'\]"),
    ],
)
def test_examples_that_make_no_batch(examples: list[object], text: str) -> None:
    with pytest.raises(ShapeError, match=text):
        nn.default_collate(examples)


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


def test_options_that_change_speed_only_are_taken() -> None:
    options = {"num_workers": 2, "pin_memory": True, "persistent_workers": True}
    loader = nn.DataLoader(numbers(3), batch_size=2, prefetch_factor=2, **options)
    assert len(list(loader)) == 2
