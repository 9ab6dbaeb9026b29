"""Samplers: which indices, how often; PyTorch's give the same where nothing is random."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, UnsupportedError


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_random_orders_hold_each_index_once() -> None:
    sampler = nn.RandomSampler(range(30), generator=rng())
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(30))
    assert first != second
    assert list(nn.RandomSampler(range(30), generator=rng())) == first
    assert {type(i) for i in first} == {int}


def test_more_and_fewer_samples_than_examples() -> None:
    longer = list(nn.RandomSampler(range(4), num_samples=10, generator=rng()))
    assert sorted(longer[:4]) == sorted(longer[4:8]) == [0, 1, 2, 3]
    assert len(longer) == 10
    assert len(set(nn.RandomSampler(range(9), num_samples=5))) == 5
    drawn = list(nn.RandomSampler(range(3), replacement=True, num_samples=3000, generator=rng()))
    np.testing.assert_allclose(np.bincount(drawn) / 3000, 1 / 3, atol=0.03)
    assert list(nn.RandomSampler([])) == []


def test_a_sampler_sees_its_data_grow() -> None:
    data = [1, 2]
    sampler = nn.RandomSampler(data)
    data.append(3)
    assert len(sampler) == len(list(sampler)) == 3


def test_subset_and_weights() -> None:
    sampler = nn.SubsetRandomSampler([9, 4, 7], generator=rng())
    assert sorted(sampler) == [4, 7, 9]
    assert len(sampler) == 3
    drawn = list(nn.WeightedRandomSampler([1, 0, 3], 8000, generator=rng()))
    np.testing.assert_allclose(np.bincount(drawn) / 8000, [0.25, 0, 0.75], atol=0.02)
    once = nn.WeightedRandomSampler([1, 0, 3], 2, replacement=False)
    assert sorted(once) == [0, 2]
    assert len(once) == 2


def test_loaders_follow_samplers() -> None:
    data = nn.TensorDataset(np.arange(6))

    def batches(**options: Any) -> list[list[int]]:
        loader = nn.DataLoader(data, **options)
        found = [x.tolist() for (x,) in loader]
        assert len(found) == len(loader)
        return found

    assert batches(sampler=[4, 4, 1], batch_size=2) == [[4, 4], [1]]
    assert batches(sampler=range(5), batch_size=2, drop_last=True) == [[0, 1], [2, 3]]
    assert batches(batch_sampler=[[5], [0, 1]]) == [[5], [0, 1]]
    assert batches(batch_sampler=[]) == []
    rare = nn.WeightedRandomSampler([0, 0, 0, 0, 0, 1.0], 3)
    assert batches(sampler=rare, batch_size=3) == [[5, 5, 5]]
    ag.manual_seed(1)
    shuffled = batches(shuffle=True, batch_size=4)
    sampler = nn.RandomSampler(data, generator=np.random.default_rng(1))
    assert batches(sampler=sampler, batch_size=4) == shuffled


def test_batches_are_pytorchs() -> None:
    data = pytest.importorskip("torch.utils.data", reason="compares with PyTorch")
    for n in range(8):
        for size in (1, 2, 3):
            for drop_last in (False, True):
                ours = nn.BatchSampler(nn.SequentialSampler(range(n)), size, drop_last)
                theirs = data.BatchSampler(data.SequentialSampler(range(n)), size, drop_last)
                assert list(ours) == list(theirs)
                assert len(ours) == len(theirs)


def test_samplers_of_the_users_own() -> None:
    class Odd(nn.Sampler):
        def __iter__(self) -> Any:
            return iter(range(1, 6, 2))

        def __len__(self) -> int:
            return 3

    ((x,),) = nn.DataLoader(nn.TensorDataset(np.arange(6)), batch_size=3, sampler=Odd())
    assert x.tolist() == [1, 3, 5]
    with pytest.raises(UnsupportedError, match="Sampler has no __iter__; define def __iter__"):
        iter(nn.Sampler())


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: nn.RandomSampler([1], num_samples=0), ArgumentError, "a positive integer, got 0"),
        (lambda: nn.BatchSampler([1], 0, False), ArgumentError, "a positive integer, got 0"),
        (lambda: nn.RandomSampler([1], generator=3), DTypeError, "numpy.random.Generator, got int"),
        (lambda: nn.WeightedRandomSampler([1.0], 1.5), ArgumentError, "num_samples must be a"),
        (lambda: nn.WeightedRandomSampler([-1.0, 2], 1), ArgumentError, "at least 0 and not all 0"),
        (lambda: nn.WeightedRandomSampler([0.0], 1), ArgumentError, "at least 0 and not all 0"),
        (lambda: nn.WeightedRandomSampler([np.nan], 1), ArgumentError, "not all 0, got"),
        (
            lambda: nn.WeightedRandomSampler([1, 0, 1], 3, replacement=False),
            ArgumentError,
            "without replacement there are 2 indices to draw, .* and num_samples is 3",
        ),
    ],
)
def test_what_is_refused(make: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        make()
