"""Where a tensor is: on the CPU, the only device. Others are refused by name."""

from typing import Any

from autograd_mini.errors import ArgumentError, UnsupportedError


class device:  # noqa: N801 (PyTorch's name)
    """A place for tensors. There is only the CPU.

    Raises UnsupportedError for another device that PyTorch knows, ArgumentError for no device.

    >>> device("cpu")
    device(type='cpu')
    >>> device("cuda")
    Traceback (most recent call last):
    autograd_mini.errors.UnsupportedError: device 'cuda': all tensors are NumPy arrays on the CPU; \
write 'cpu', or device = 'cuda' if torch.cuda.is_available() else 'cpu'
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:  # noqa: A002
        check_device(type)
        self.type = "cpu"
        self.index = index

    def __repr__(self) -> str:
        return f"device(type={self.type!r})"

    def __str__(self) -> str:
        return self.type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device)

    def __hash__(self) -> int:
        return hash(self.type)


_ELSEWHERE = ("cuda", "mps", "xpu", "meta", "hpu", "xla", "ipu", "mtia", "vulkan")


def check_device(wanted: Any) -> None:
    """Raise unless ``wanted`` is None or the CPU: "cpu", "cpu:0", a ``device``, also PyTorch's."""
    name = getattr(wanted, "type", wanted)
    kind = name.partition(":")[0] if isinstance(name, str) else name
    if kind is None or kind == "cpu":
        return
    if kind in _ELSEWHERE or isinstance(kind, int):
        raise UnsupportedError(
            f"device {name!r}: all tensors are NumPy arrays on the CPU; write 'cpu', or "
            f"device = 'cuda' if torch.cuda.is_available() else 'cpu'"
        )
    raise ArgumentError(f"device {name!r} is none; there is only 'cpu'")


CPU = device()
