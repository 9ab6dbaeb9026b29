"""Schedules of the learning rate, under PyTorch's names: ``nn.optim.lr_scheduler``.

    step                        StepLR
    multi-step                  MultiStepLR
    exponential                 ExponentialLR
    polynomial                  PolynomialLR
    inverse-time                InverseTimeLR
    cosine                      CosineAnnealingLR
    cosine with warm restarts   CosineAnnealingWarmRestarts
    one cycle                   OneCycleLR
    linear warm-up              LinearLR
    constant at first           ConstantLR
    plateau of the loss         ReduceLROnPlateau
    function                    LambdaLR
    function, multiplied        MultiplicativeLR
    one after the other         SequentialLR
    together, multiplied        ChainedScheduler

``scheduler.preview(steps)`` returns the rates of any of them, ``viz.schedule`` draws them.
"""

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
from autograd_mini.nn.optim.lr_scheduler.sequence import ChainedScheduler, SequentialLR

__all__ = [
    "ChainedScheduler",
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
