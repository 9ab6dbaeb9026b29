"""Checkpoints: what comes back, and what is said of files that are none."""

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import DTypeError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.ckpt"


def model() -> nn.Sequential:
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def test_a_model_comes_back_whole(path: Path) -> None:
    saved, loaded = model(), model()
    nn.save(saved, path)
    assert [entry.name for entry in path.parent.iterdir()] == ["model.ckpt"]
    loaded.load_state_dict(nn.load(path))
    x = ag.ones(5, 3)
    assert np.array_equal(saved(x), loaded(x))


def test_a_nest_comes_back_equal(path: Path) -> None:
    generator = np.random.default_rng(1)
    nest = {
        "epoch": 3,
        "loss": float("inf"),
        "note": "ünïcode",
        "nothing": None,
        "flags": [True, False],
        "betas": (0.9, (0.999,)),
        "file": np.array(1.5),
        "allow_pickle": np.array([1, 2], dtype=np.int8),
        "a/b": np.zeros((0, 3)),
        "a": {"b": np.asfortranarray(np.arange(6.0).reshape(2, 3))},
        "optimizer": {0: {"step": np.int64(7), "m": ag.ones(2)}},
        "generator": generator.bit_generator.state,
    }
    nn.save(nest, path)
    back = nn.load(path)
    for key in ("epoch", "loss", "note", "nothing", "flags", "betas", "generator"):
        assert back[key] == nest[key]
        assert type(back[key]) is type(nest[key])
    for key in ("file", "allow_pickle", "a/b"):
        assert np.array_equal(back[key], nest[key])
        assert back[key].dtype == nest[key].dtype
    assert np.array_equal(back["a"]["b"], nest["a"]["b"])
    assert back["optimizer"][0]["step"] == 7
    assert back["optimizer"][0]["m"].tolist() == [1, 1]


def test_training_resumes_bit_for_bit(path: Path) -> None:
    def start() -> tuple[nn.Sequential, nn.optim.Adam]:
        net = model()
        return net, nn.optim.Adam(net.parameters(), lr=0.1, betas=(0.8, 0.9))

    def train(net: nn.Sequential, optimizer: nn.optim.Adam) -> None:
        for _ in range(3):
            optimizer.zero_grad()
            nn.CrossEntropyLoss()(net(np.eye(3)), [0, 1, 0]).backward()
            optimizer.step()

    net, optimizer = start()
    train(net, optimizer)
    nn.save({"model": net.state_dict(), "optimizer": optimizer.state_dict()}, path)
    train(net, optimizer)
    other, other_optimizer = start()
    checkpoint = nn.load(path)
    other.load_state_dict(checkpoint["model"])
    other_optimizer.load_state_dict(checkpoint["optimizer"])
    train(other, other_optimizer)
    for p, q in zip(net.parameters(), other.parameters(), strict=True):
        assert (p.data == q.data).all()


def test_numpy_can_read_it_without_pickle(path: Path) -> None:
    layer = nn.Linear(2, 1)
    nn.save(layer, path)
    with np.load(path, allow_pickle=False) as arrays:
        assert np.array_equal(arrays["weight"], layer.weight.data)


def test_a_failed_save_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nn.save({"x": np.ones(3)}, path)
    before = path.read_bytes()
    with pytest.raises(DTypeError, match=r"cannot store a Linear at 'model/0'; .* state_dict\(\)s"):
        nn.save({"model": [nn.Linear(1, 1)]}, path)
    with pytest.raises(DTypeError, match="cannot store a object array at 'x'"):
        nn.save({"x": np.array([None])}, path)

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full_disk)
    with pytest.raises(OSError, match="No space left"):
        nn.save({"x": np.zeros(3)}, path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere'"):
        nn.save({}, tmp_path / "nowhere" / "model.npz")


def as_zip(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_json", ".json"), content)
    return file.getvalue()


FOREIGN = {  # row 37
    "empty": (b"", "is empty"),
    "text": (b"hello", "is not a checkpoint written by autograd_mini"),
    "pickle": (pickle.dumps({"x": 1}), "is not a checkpoint written by autograd_mini"),
    "another zip": (as_zip(a=b"1"), "is not a checkpoint written by autograd_mini"),
    "not JSON": (as_zip(checkpoint_json=b"{"), "is damaged or was cut short"),
    "no format": (as_zip(checkpoint_json=b"{}"), "is damaged or was cut short"),
    "a later format": (
        as_zip(checkpoint_json=b'{"format": "autograd_mini checkpoint 9"}'),
        "has the format 'autograd_mini checkpoint 9', known here is",
    ),
    "a missing array": (
        as_zip(
            checkpoint_json=b'{"format": "autograd_mini checkpoint 1", "state": {"array": "w"}}'
        ),
        "is damaged or was cut short",
    ),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_files_that_are_no_checkpoint(path: Path, case: str) -> None:
    content, text = FOREIGN[case]
    path.write_bytes(content)
    with pytest.raises(nn.StateError) as error:
        nn.load(path)
    assert str(error.value).startswith(f"load: {path} {text}")


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"load: there is no file '.*model\.ckpt'$"):
        nn.load(path)


def test_every_cut_and_every_flipped_byte_of_the_values_is_noticed(path: Path) -> None:
    nn.save({"w": np.arange(8.0)}, path)
    whole = path.read_bytes()
    for length in range(2, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(nn.StateError, match="is damaged or was cut short"):
            nn.load(path)
    start = whole.index(np.arange(8.0).tobytes())
    for position in range(start, start + 64, 5):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(nn.StateError, match="is damaged or was cut short"):
            nn.load(path)
