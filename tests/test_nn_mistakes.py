"""What a newcomer gets wrong with nn, and the sentence that answers it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import (
    ArgumentError,
    AutogradError,
    DTypeError,
    FileError,
    GraphError,
    ShapeError,
    StateError,
    UnsupportedError,
)

ROOT = Path(__file__).resolve().parent.parent
X = ag.zeros(4, 3)
DATA = nn.TensorDataset(np.arange(10.0), np.arange(10))
LAYER = nn.Linear(10, 5)
INIT = "init: it fills a tensor in place, got {}; give it a parameter, such as layer.weight"
NUMBERS = "must be a tensor, an array or a list of numbers, got"
LABELS = "cross_entropy: labels must be integers of shape (4,), got"
REDUCTION = "reduction must be 'mean', 'sum' or 'none', got"
DATASET = (
    "takes a dataset, something with a length and an index, got int; of arrays, write "
    "nn.TensorDataset(x, y)"
)


class Unfinished(nn.Dataset):
    pass


MISTAKES: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (
        lambda: nn.optim.Adam(LAYER),
        DTypeError,
        "Adam takes a list of parameters, got Linear; write model.parameters()",
    ),
    (
        lambda: nn.optim.SGD([LAYER]),
        DTypeError,
        "SGD trains tensors, got Linear at position 0; write model.parameters()",
    ),
    (
        lambda: nn.optim.SGD([{"params": 5}]),
        DTypeError,
        "SGD takes a list of parameters, got int; write model.parameters()",
    ),
    (
        lambda: nn.optim.SGD([{"parms": LAYER.parameters(), "lr": 1}]),
        ArgumentError,
        "SGD: a group is a dictionary with its parameters under 'params', got the keys ['parms', "
        "'lr']",
    ),
    (
        lambda: nn.optim.SGD([{"params": [LAYER.weight]}, LAYER.bias]),
        ArgumentError,
        "SGD: a group is a dictionary with its parameters under 'params', got Parameter",
    ),
    (
        lambda: nn.random_split(DATA, [-0.5, 1.5]),
        ArgumentError,
        "random_split: a length must be a number, at least 0, got -0.5 in [-0.5, 1.5]",
    ),
    (
        lambda: nn.random_split(DATA, 0.8),
        DTypeError,
        "random_split: lengths must be a list, one entry for each part, such as [0.8, 0.2], got "
        "0.8",
    ),
    (
        lambda: nn.random_split(DATA, ["a"]),
        ArgumentError,
        "random_split: a length must be a number, at least 0, got 'a' in ['a']",
    ),
    (lambda: nn.random_split(5, [1.0]), DTypeError, f"random_split {DATASET}"),
    (lambda: nn.DataLoader(5), DTypeError, f"DataLoader {DATASET}"),
    (lambda: nn.Subset(5, [0]), DTypeError, f"Subset {DATASET}"),
    (
        lambda: nn.Subset(DATA, [0.5]),
        DTypeError,
        "Subset: indices must be whole numbers or a mask, got [0.5]",
    ),
    (
        lambda: len(nn.DataLoader(Unfinished())),
        UnsupportedError,
        "Unfinished has no length; define def __len__(self): and return the number of examples",
    ),
    (
        lambda: Unfinished()[0],
        UnsupportedError,
        "Unfinished has no index; define def __getitem__(self, index): and return one example",
    ),
    (
        lambda: nn.init.normal_(LAYER.weight, std=-1),
        ArgumentError,
        "normal_: std must be a finite number, at least 0, got -1",
    ),
    (
        lambda: nn.init.normal_(LAYER.weight, mean=float("nan")),
        ArgumentError,
        "normal_: mean must be a finite number, got nan",
    ),
    (
        lambda: nn.init.uniform_(LAYER.weight, 2, 1),
        ArgumentError,
        "uniform_: b must be a finite number, at least a = 2, got 1",
    ),
    (
        lambda: nn.init.xavier_uniform_(LAYER.weight, gain=-1),
        ArgumentError,
        "xavier_uniform_: gain must be a finite number, at least 0, got -1",
    ),
    (
        lambda: nn.init.xavier_normal_(LAYER.weight, gain="tanh"),
        ArgumentError,
        "xavier_normal_: gain must be a finite number, at least 0, got 'tanh'",
    ),
    (
        lambda: nn.init.kaiming_normal_(LAYER.weight, a="relu"),
        ArgumentError,
        "calculate_gain: the slope must be a finite number, got 'relu'",
    ),
    (
        lambda: nn.init.constant_(LAYER.weight, "a"),
        ArgumentError,
        "constant_: val must be a number, got 'a'",
    ),
    (lambda: nn.init.normal_(np.zeros(3)), DTypeError, INIT.format("ndarray")),
    (lambda: nn.init.zeros_(LAYER), DTypeError, INIT.format("Linear")),
    (lambda: nn.init.kaiming_normal_(np.zeros((2, 2))), DTypeError, INIT.format("ndarray")),
    (lambda: nn.MSELoss(reduction="avg"), ArgumentError, f"MSELoss: {REDUCTION} 'avg'"),
    (
        lambda: nn.CrossEntropyLoss(reduction=None),
        ArgumentError,
        f"CrossEntropyLoss: {REDUCTION} None",
    ),
    (lambda: F.mse_loss(X, X, reduction="avg"), ArgumentError, f"mse_loss: {REDUCTION} 'avg'"),
    (lambda: F.mse_loss(X, None), DTypeError, f"mse_loss: the target {NUMBERS} None"),
    (lambda: F.mse_loss("abc", X), DTypeError, f"mse_loss: the input {NUMBERS} 'abc'"),
    (
        lambda: F.mse_loss(X, [["a"] * 3] * 4),
        DTypeError,
        "mse_loss: the target: cannot make numbers of str 'a'; give numbers, nested lists of "
        "numbers or arrays",
    ),
    (lambda: F.cross_entropy(X, None), DTypeError, f"{LABELS} None"),
    (lambda: F.cross_entropy(None, [1]), DTypeError, f"cross_entropy: the logits {NUMBERS} None"),
    (
        lambda: F.cross_entropy(X, ["cat", "dog", "cat", "dog"]),
        DTypeError,
        f"{LABELS} text such as 'cat'; number the classes: names, labels = np.unique(labels, "
        "return_inverse=True)",
    ),
    (
        lambda: F.cross_entropy(X, [0.0, 1.0, 2.0, 0.5]),
        DTypeError,
        f"{LABELS} float64 (4,); 0.5 is no class",
    ),
    (
        lambda: F.cross_entropy(X, [0.0, 1.0, 2.0, 0.0]),
        DTypeError,
        f"{LABELS} float64 (4,); use np.array(labels).astype(int)",
    ),
    (lambda: F.cross_entropy(X, [[1, 2], [1]]), DTypeError, f"{LABELS} lists of different lengths"),
    (lambda: F.softmax(X, dim=5), ShapeError, "softmax: there is no axis 5 in shape (4, 3)"),
    (lambda: LAYER("abc"), DTypeError, f"Linear: the input {NUMBERS} 'abc'"),
    (lambda: LAYER(None), DTypeError, f"Linear: the input {NUMBERS} None"),
    (lambda: LAYER(DATA), DTypeError, f"Linear: the input {NUMBERS} TensorDataset"),
    (
        lambda: LAYER([[1, 2], [3]]),
        DTypeError,
        "Linear: the input: rows have lengths 2 and 1 (rows 0 and 1); all rows need the same "
        "length",
    ),
    (lambda: nn.Flatten()("abc"), DTypeError, f"Flatten: the input {NUMBERS} 'abc'"),
    (lambda: nn.Dropout()("abc"), DTypeError, f"dropout: the input {NUMBERS} 'abc'"),
    (lambda: nn.Normalizer("abc"), DTypeError, f"Normalizer: x {NUMBERS} 'abc'"),
    (
        lambda: nn.Sequential(nn.ReLU),
        DTypeError,
        "Sequential takes modules, got the class ReLU at position 0; write ReLU() to make a layer "
        "of it",
    ),
    (
        lambda: nn.Sequential(nn.Flatten(), nn.Linear),
        DTypeError,
        "Sequential takes modules, got the class Linear at position 1; write Linear(…) to make a "
        "layer of it",
    ),
    (
        lambda: nn.Sequential(F.relu),
        DTypeError,
        "Sequential takes modules, got function at position 0; wrap it in a Module of yours whose "
        "forward calls it",
    ),
    (
        lambda: nn.save("model.npz", LAYER),
        DTypeError,
        "save: the path must be text or a Path, got Linear; write save(model, path)",
    ),
    (
        lambda: nn.ReLU(X),  # type: ignore[arg-type]
        ArgumentError,
        "ReLU takes options, and the module that it makes takes tensors; write ReLU()(x), or make "
        "it once and call it often",
    ),
    (
        lambda: nn.MSELoss(X, X),  # type: ignore[call-arg]
        ArgumentError,
        "MSELoss takes options, and the module that it makes takes tensors; write MSELoss()(x, y), "
        "or make it once and call it often",
    ),
    (
        lambda: nn.ModuleDict([nn.ReLU()]),  # type: ignore[list-item]
        DTypeError,
        "ModuleDict takes a dictionary, or pairs of a name and a part, got ReLU at position 0",
    ),
    (
        lambda: nn.Linear(1, 1).state_dict()["bias"].zero_(),
        GraphError,
        "zero_: state_dict() returns copies, and writing into one would not reach the module. "
        "Write into its parameter or buffer under no_grad(), or clone() the copy first",
    ),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), MISTAKES, ids=[m[2][:60] for m in MISTAKES])
def test_mistake(mistake: Callable[[], Any], kind: type[AutogradError], text: str) -> None:
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == text


@pytest.mark.parametrize("function", [F.relu, F.tanh, F.sigmoid, nn.ReLU()])
def test_activation_of_text_is_refused(function: Callable[[Any], Any]) -> None:
    for value in ("x", None):
        with pytest.raises(DTypeError, match="cannot calculate with"):
            function(value)


def test_lists_go_where_tensors_go() -> None:
    assert F.mse_loss([1.0, 2.0], [1.0, 4.0]).item() == 2
    assert nn.Flatten()([[[1.0], [2.0]]]).shape == (1, 2)
    assert set(nn.Dropout(0.5)([1.0] * 50).tolist()) == {0.0, 2.0}


def test_file_trouble_is_both_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here = os.getcwd()
    cases: list[tuple[Callable[[], Any], type[OSError], str]] = [
        (
            lambda: nn.save(LAYER, "nofolder/x.npz"),
            FileNotFoundError,
            "save: there is no folder 'nofolder'; make it first, or save elsewhere",
        ),
        (
            lambda: nn.save(LAYER, "."),
            IsADirectoryError,
            "save: '.' is a folder; give the name of a file in it",
        ),
        (
            lambda: nn.load("."),
            IsADirectoryError,
            "load: '.' is a folder; give the name of a file in it",
        ),
        (
            lambda: nn.load("missing.npz"),
            FileNotFoundError,
            f"load: there is no file 'missing.npz' in {here}",
        ),
    ]
    for action, kind, text in cases:
        with pytest.raises(kind) as caught:
            action()
        assert isinstance(caught.value, FileError)
        assert str(caught.value) == text
    assert os.listdir(tmp_path) == []


def test_what_the_disk_says_names_the_users_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.npz"
    nn.save(LAYER, path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", f"{path}.7.unfinished")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError) as saving:
        nn.save(LAYER, path)
    assert str(saving.value) == f"save: {str(path)!r} cannot be written: Permission denied"
    with pytest.raises(PermissionError) as loading:
        nn.load(path)
    assert str(loading.value) == f"load: {str(path)!r} cannot be read: Permission denied"
    assert isinstance(loading.value, FileError)


def test_the_traceback_of_a_missing_file_ends_in_the_users_line(tmp_path: Path) -> None:
    program = tmp_path / "mine.py"
    program.write_text('from autograd_mini import nn\nnn.load("missing.npz")\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    frames = [line for line in done.stderr.splitlines() if line.startswith('  File "')]
    assert frames == [f'  File "{program}", line 2, in <module>']
    assert "load: there is no file 'missing.npz'" in done.stderr.splitlines()[-1]


def test_a_checkpoint_that_is_none_is_a_state_error(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_text("hello", encoding="utf-8")
    with pytest.raises(StateError, match="is not a checkpoint"):
        nn.load(tmp_path / "x.npz")


def test_data_shows_itself_briefly() -> None:
    digits = nn.datasets.digits()
    assert repr(digits) == "TensorDataset(1797 examples: (64,) float32, () int64)"
    assert repr(nn.Subset(digits, [1, 2])) == "Subset(2 of 1797 examples of TensorDataset)"
    assert repr(nn.DataLoader(digits, 32, shuffle=True)) == (
        "DataLoader(1797 examples of TensorDataset, batch_size=32, shuffle=True, drop_last=False)"
    )


@pytest.mark.parametrize(
    ("package", "name", "text"),
    [
        (nn, "Upsample", "nn has no 'Upsample'; x.repeat_interleave(2, dim=-1)"),
        (nn, "Liner", "nn has no 'Liner'; near names: Linear"),
        (F, "interpolate", "nn.functional has no 'interpolate'; x.repeat_interleave"),
        (F, "crossentropy", "nn.functional has no 'crossentropy'; near names: cross_entropy"),
        (nn, "quux", "nn has no 'quux'"),
    ],
)
def test_missing_names_are_refused_with_what_to_write(package: Any, name: str, text: str) -> None:
    with pytest.raises(AttributeError) as refused:
        getattr(package, name)
    assert str(refused.value).startswith(text)
