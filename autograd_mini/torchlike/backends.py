"""What scripts ask of other devices, answered as PyTorch does where there are none."""

from types import SimpleNamespace


def _no() -> bool:
    return False


def _nothing() -> None:
    return None


cuda = SimpleNamespace(
    is_available=_no,
    device_count=lambda: 0,
    manual_seed=lambda seed: None,
    manual_seed_all=lambda seed: None,
    empty_cache=_nothing,
)
mps = SimpleNamespace(is_available=_no, manual_seed=lambda seed: None)
backends = SimpleNamespace(
    mps=SimpleNamespace(is_available=_no, is_built=_no),
    cuda=SimpleNamespace(is_built=_no),
    cudnn=SimpleNamespace(is_available=_no, benchmark=False, deterministic=True, enabled=False),
)
