"""Schedules of the learning rate, under PyTorch's names: ``nn.optim.lr_scheduler``."""

from autograd_mini.nn.optim.lr_scheduler.cosines import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    OneCycleLR,
)
from autograd_mini.nn.optim.lr_scheduler.decays import (
    ConstantLR,
    ExponentialLR,
    InverseTimeLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from autograd_mini.nn.optim.lr_scheduler.plateau import ReduceLROnPlateau
from autograd_mini.nn.optim.lr_scheduler.schedule import LRScheduler
from autograd_mini.nn.optim.lr_scheduler.sequence import SequentialLR

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialLR",
    "InverseTimeLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
