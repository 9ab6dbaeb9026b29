"""The main job, end to end, in a process of its own as a newcomer runs it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from test_cli import in_a_process

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.cli import main
from autograd_mini.tutorials import tour


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("tour") / "out"
    return in_a_process("tour", "-o", str(folder)), folder


def test_it_succeeds_and_leaves_its_files(toured: Any) -> None:
    done, folder = toured
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == sorted(tour.FILES)
    for name in tour.FILES:
        assert str(folder / name) in done.stdout
    assert (folder / "loss-graph.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (folder / "loss-graph.svg").read_text(encoding="utf-8")


def test_dev_accuracy_reaches_96_percent(toured: Any) -> None:
    found = re.search(r"dev +accuracy ([\d.]+)%", toured[0].stdout)
    assert found
    assert float(found[1]) >= 96


def test_every_gradient_is_good(toured: Any) -> None:
    verdicts = re.findall(
        r"^\d\.(?:weight|bias) .* (good|look again|wrong)$", toured[0].stdout, re.M
    )
    assert verdicts == ["good"] * 6


def test_depth_is_explained(toured: Any) -> None:
    text = toured[0].stdout
    for verdict in ("vanishing", "healthy", "exploding"):
        assert verdict in text
    assert "theory" in text


def test_progress_goes_to_stderr(toured: Any) -> None:
    assert "training" not in toured[0].stdout.replace("training statistics", "")
    assert "dev=" in toured[0].stderr


def test_what_it_says_to_type_next_works(toured: Any, tmp_path: Path) -> None:
    done, folder = toured
    lines = re.findall(r">>> (.*?)(?:   +a graph to an image)?$", done.stdout, re.M)
    script = "\n".join(lines)
    assert "graph(z).save" in script
    namespace: dict[str, Any] = {}
    exec(script, namespace)
    assert (folder / "diamond.svg").exists()
    assert namespace["x"].grad.item() == 14
    (folder / "diamond.svg").unlink()


def test_the_saved_network_predicts_as_told(toured: Any) -> None:
    done, folder = toured
    splits = tour.split_digits()
    model = tour.digits_network()
    model.load_state_dict(nn.load(folder / "digits-mlp.npz"))
    found = re.search(r"test +accuracy ([\d.]+)%", done.stdout)
    assert found
    assert f"{tour.accuracy(model, splits['test']):.2%}" == f"{found[1]}%"


def test_the_same_seed_gives_the_same_numbers() -> None:
    weights = []
    for seed in (3, 3, 4):
        ag.manual_seed(seed)
        model = tour.digits_network()
        tour.train(model, tour.split_digits(), epochs=1)
        weights.append(model.state_dict()["0.weight"])
    arrays = [np.asarray(w) for w in weights]
    np.testing.assert_array_equal(arrays[0], arrays[1])
    assert not np.array_equal(arrays[0], arrays[2])


def test_splits_are_disjoint_and_normalised_by_training_statistics() -> None:
    splits = tour.split_digits()
    assert [len(x) for x, _ in splits.values()] == [1258, 270, 269]
    train = splits["train"][0].numpy()
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-5)
    assert abs(splits["dev"][0].numpy().mean(axis=0)).max() > 1e-3


def test_an_unwritable_folder_is_named_before_any_training(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(main, ["tour", "-o", str(blocked / "out")])
    assert result.exit_code == 1
    assert f"cannot write to the output folder {blocked / 'out'}" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Train" not in result.stdout
    assert blocked.read_text(encoding="utf-8") == "mine"


def test_replaced_files_are_told_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "depth.png").write_bytes(b"old")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(tour, "split_digits", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    result = CliRunner().invoke(main, ["tour", "-o", str(tmp_path)])
    assert result.exit_code == 130
    assert "replacing the files of an earlier tour" in result.stderr
    assert "depth.png" in result.stderr
    assert (tmp_path / "depth.png").read_bytes() == b"old"
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
