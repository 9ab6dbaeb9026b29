"""Examples, and how they come in batches: datasets, splits, samplers, the loader.

Read ``examples.py``, then ``loading.py``.
"""

from autograd_mini.nn.data.collation import default_collate
from autograd_mini.nn.data.examples import ConcatDataset, Dataset, Subset, TensorDataset
from autograd_mini.nn.data.loading import DataLoader
from autograd_mini.nn.data.samplers import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from autograd_mini.nn.data.splitting import random_split

__all__ = [
    "BatchSampler",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "random_split",
]
