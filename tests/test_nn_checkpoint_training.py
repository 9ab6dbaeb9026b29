"""A whole training in one file: it goes on bit for bit; what does not fit changes nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, FileError

ROOT = Path(__file__).resolve().parent.parent

TRAINING = """
import sys
import numpy as np
import autograd_mini as ag
from autograd_mini import nn


class Halving:
    "A scheduler of the user's own."

    def __init__(self, optimizer):
        self.optimizer, self.epoch = optimizer, 0

    def step(self):
        self.epoch += 1
        self.optimizer.param_groups[0]["lr"] *= 0.5 if self.epoch % 2 == 0 else 0.9

    def state_dict(self):
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]


def train(n_epochs, resume=None, keep=None, at=None):
    data = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    ag.manual_seed(int(np.random.default_rng().integers(1000)) if resume else 1)
    noise = np.random.default_rng(5 if resume is None else None)
    model = nn.Sequential(
        nn.Linear(3, 8), nn.Dropout(0.3), nn.Tanh(),
        nn.Dropout(0.2, generator=noise), nn.Linear(8, 1),
    )
    shuffling = np.random.Generator(np.random.MT19937(None if resume else 3))
    loader = nn.DataLoader(
        nn.TensorDataset(data, data.sum(axis=1, keepdims=True)),
        batch_size=8, shuffle=True, generator=shuffling,
    )
    optimizer = nn.optim.Adam(model.parameters(), lr=0.05)
    scheduler = Halving(optimizer)
    parts = dict(model=model, optimizer=optimizer, scheduler=scheduler, generators=[shuffling])
    losses, start = [], 0
    if resume:
        rest = nn.load_training(resume, **parts)
        losses, start = rest["losses"], rest["epoch"]
    for epoch in range(start, n_epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        if epoch + 1 == at:
            nn.save_training(keep, **parts, epoch=at, losses=losses)
    return losses, b"".join(p.data.tobytes() for p in model.parameters()).hex()
"""


def run(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", TRAINING + code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_training_goes_on_bit_for_bit_in_a_new_process(tmp_path: Path) -> None:
    through = run("print(train(6, keep='a.npz', at=3))", tmp_path)
    resumed = run("print(train(6, resume='a.npz'))", tmp_path)
    assert len(through) > 500
    assert resumed == through


def model(hidden: int = 4) -> nn.Sequential:
    return nn.Sequential(nn.Linear(3, hidden), nn.Dropout(0.5), nn.Linear(hidden, 2))


def training(hidden: int = 4, kind: type[Any] = nn.optim.Adam) -> dict[str, Any]:
    net = model(hidden)
    optimizer = kind(net.parameters(), lr=0.1)
    parts = {"model": net, "optimizer": optimizer, "shuffling": np.random.default_rng(3)}
    for _ in range(2):
        optimizer.zero_grad()
        nn.CrossEntropyLoss()(net(np.eye(3)), [0, 1, 0]).backward()
        optimizer.step()
    return parts


def everything(parts: dict[str, Any]) -> Any:
    """Return all state, comparable."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return [(key, plain(entry)) for key, entry in value.items()]
        if isinstance(value, list | tuple):
            return [plain(entry) for entry in value]
        return value.tolist() if hasattr(value, "tolist") else value

    return plain(
        [
            parts["model"].state_dict(),
            parts["optimizer"].state_dict(),
            parts["shuffling"].bit_generator.state,
            ag.default_generator().bit_generator.state,
        ]
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "training.npz"


def test_parts_come_back_and_the_rest_is_returned(path: Path) -> None:
    saved = training()
    nn.save_training(path, **saved, epoch=3, history={"loss": [0.5, 0.25]}, best=np.float32(0.1))
    before = everything(saved)
    other = training()
    assert everything(other) != before
    rest = nn.load_training(path, **other)
    assert everything(other) == before
    assert rest == {"epoch": 3, "history": {"loss": [0.5, 0.25]}, "best": np.float32(0.1)}
    assert type(rest["best"]) is np.float32


def test_a_part_may_be_left_out_or_read_by_load(path: Path) -> None:
    saved = training()
    nn.save_training(path, **saved, epoch=3)
    alone = model()
    rest = nn.load_training(path, model=alone)
    assert list(rest) == ["optimizer", "shuffling", "epoch"]
    again = model()
    again.load_state_dict(nn.load(path)["model"])
    for p, q in zip(alone.parameters(), again.parameters(), strict=True):
        assert (p.data == q.data).all()


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_bit_generator_goes_through(path: Path, kind: str) -> None:
    def generator(seed: int) -> np.random.Generator:
        return np.random.Generator(getattr(np.random, kind)(seed))

    first, second = generator(1), generator(2)
    first.integers(10, dtype=np.int32)  # half of a word is kept for the next draw
    nn.save_training(path, generators={"a": [first], "b": second})
    expected = first.random(5).tolist(), second.random(5).tolist()
    third, fourth = generator(3), generator(4)
    nn.load_training(path, generators={"a": [third], "b": fourth})
    assert (third.random(5).tolist(), fourth.random(5).tolist()) == expected


def test_generators_of_layers_and_the_default_one_are_found(path: Path) -> None:
    def net(seed: int) -> nn.Module:
        return nn.Sequential(nn.Dropout(generator=np.random.default_rng(seed)), nn.Dropout())

    first, second = net(1), net(2)
    nn.save_training(path, models=[first])
    expected = first(ag.ones(50)).tolist(), ag.default_generator().random()
    nn.load_training(path, models=[second])
    assert (second(ag.ones(50)).tolist(), ag.default_generator().random()) == expected


def spoil_shape(parts: dict[str, Any]) -> dict[str, Any]:
    return {**parts, "model": model(5)}


def spoil_optimizer(parts: dict[str, Any]) -> dict[str, Any]:
    net = parts["model"]
    other = nn.optim.Adam([{"params": [p]} for p in net.parameters()], lr=0.1)
    return {**parts, "optimizer": other}


def spoil_generator(parts: dict[str, Any]) -> dict[str, Any]:
    return {**parts, "shuffling": np.random.Generator(np.random.Philox(1))}


def spoil_layer(parts: dict[str, Any]) -> dict[str, Any]:
    parts["model"][1].generator = np.random.default_rng(8)
    return parts


MISFITS: list[tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = [
    (spoil_shape, "model: load_state_dict: the state does not fit Sequential"),
    (spoil_optimizer, "optimizer: Adam: the state does not fit"),
    (spoil_generator, "shuffling: the generator is a Philox, and the state saved is of PCG64"),
    (spoil_layer, "only the parts given have the generator 'model/1.generator'"),
]


@pytest.mark.parametrize(("spoil", "text"), MISFITS)
def test_if_one_part_does_not_fit_none_is_changed(
    path: Path, spoil: Callable[..., dict[str, Any]], text: str
) -> None:
    nn.save_training(path, **training())
    parts = spoil(training())
    before = everything(parts)
    with pytest.raises(nn.StateError) as error:
        nn.load_training(path, **parts)
    start = f"load_training: {path} does not fit, and nothing was changed; {text}"
    assert str(error.value).startswith(start)
    assert everything(parts) == before


def test_an_interrupted_or_failing_restore_changes_nothing(path: Path) -> None:
    class Faulty:
        n = 1

        def state_dict(self) -> dict[str, int]:
            return {"n": self.n}

        def load_state_dict(self, state: dict[str, int]) -> None:
            self.n = state["n"]
            if self.n == 1:
                raise KeyboardInterrupt

    nn.save_training(path, **training(), last=Faulty())
    parts, last = training(), Faulty()
    last.n = 2
    before = everything(parts)
    with pytest.raises(KeyboardInterrupt):
        nn.load_training(path, **parts, last=last)
    assert everything(parts) == before
    assert last.n == 2


def test_names_that_do_not_match(path: Path) -> None:
    parts = training()
    nn.save_training(path, **parts, epoch=3)
    before = everything(parts)
    for wrong, kind, text in (
        ({"net": parts["model"]}, nn.StateError, "nothing was saved as 'net'; the file has model"),
        ({"model": [parts["model"]]}, nn.StateError, "nothing was saved as 'model/0'; the file"),
        ({"epoch": 0}, DTypeError, "'epoch' is int. Leave it out, and find it in the dictionary"),
    ):
        with pytest.raises(kind, match=text):
            nn.load_training(path, **wrong)
    with pytest.raises(ArgumentError, match="the name 'random_state' is taken"):
        nn.save_training(path, random_state=1)
    with pytest.raises(DTypeError, match=r"^save_training: cannot store a TensorDataset at 'data'"):
        nn.save_training(path, data=nn.TensorDataset([1.0]))
    assert everything(parts) == before
    assert nn.load_training(path)["epoch"] == 3


def test_files_that_are_no_training_are_named_and_change_nothing(path: Path) -> None:  # row 37
    parts = training()
    nn.save_training(path, **parts)
    whole = path.read_bytes()
    before = everything(parts)

    def refused(kind: type[Exception], text: str) -> None:
        with pytest.raises(kind) as error:
            nn.load_training(path, **parts)
        assert str(error.value).startswith("load_training: ")
        assert text in str(error.value)
        assert path.name in str(error.value)
        assert everything(parts) == before

    for length in range(2, len(whole), len(whole) // 50):
        path.write_bytes(whole[:length])
        refused(nn.StateError, "is damaged or was cut short")
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    refused(nn.StateError, "is damaged or was cut short")
    path.write_bytes(b"")
    refused(nn.StateError, "is empty")
    path.write_bytes(b"\x80\x04K\x01.")
    refused(nn.StateError, "is not a checkpoint written by autograd_mini")
    nn.save(parts["model"], path)
    refused(nn.StateError, "was not written by save_training; read it with nn.load(path)")
    path.unlink()
    refused(FileNotFoundError, "there is no file")


def test_a_write_that_fails_midway_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = training()
    nn.save_training(path, **parts)
    before = path.read_bytes()
    write, calls = np.lib.format.write_array, []

    def fill_up(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        write(*args, **kwargs)

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    for place, name, fail in ((np.lib.format, "write_array", fill_up), (os, "replace", refuse)):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, fail)
            with pytest.raises(FileError, match=r"^save_training: .* cannot be written: [NP]"):
                nn.save_training(path, **parts)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process with a signal")
def test_a_process_killed_while_writing_leaves_the_old_file(path: Path) -> None:
    nn.save_training(path, epoch=1, weights=np.arange(5.0))
    before = path.read_bytes()
    code = (
        "import sys, numpy as np\n"
        "from autograd_mini import nn\n"
        "write = np.lib.format.write_array\n"
        "def slowly(*args, **kwargs):\n"
        "    write(*args, **kwargs)\n"
        "    print('writing', flush=True)\n"
        "    sys.stdin.read()\n"
        "np.lib.format.write_array = slowly\n"
        f"nn.save_training({str(path)!r}, epoch=2, weights=np.zeros(10**5))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        assert any("unfinished" in name for name in os.listdir(path.parent))
        process.send_signal(signal.SIGKILL)
    assert path.read_bytes() == before
    assert nn.load_training(path)["epoch"] == 1
