"""``autograd-mini tour``: the main job of the package, from real data to explained depth.

Also the shortest complete example of training with it: split, normalise, train, check, draw, look
at depth. Each step is one function below.
"""

import sys
import tempfile
from pathlib import Path

import click
import numpy as np

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.cli_name import command_name, python_name
from autograd_mini.errors import ArgumentError
from autograd_mini.tensors import Tensor

DEFAULT_OUTPUT = "autograd-mini-out"
FILES = ("digits-mlp.npz", "loss-graph.svg", "loss-graph.png", "depth.png", "depth.svg")

DEPTH, WIDTH = 30, 64
GAINS = {"too small": 0.5, "right": 1.0, "too large": 3.0}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-o", "--output", default=DEFAULT_OUTPUT, show_default=True, help="Folder for files.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Same seed, same numbers."
)
@click.option(
    "--epochs", default=40, show_default=True, type=click.IntRange(1), help="Passes over the data."
)
def tour(output: str, seed: int, epochs: int) -> None:
    """Train on real digits, check the gradients, draw the tape, explain the depth.

    \b
    Example:  autograd-mini tour -o my-tour --seed 1
    """
    folder = _writable(output)
    ag.manual_seed(seed)

    _heading("1  Train a network on 1,797 real handwritten digits")
    splits = split_digits()
    model = digits_network()
    train(model, splits, epochs)
    nn.save(model, folder / "digits-mlp.npz")

    _heading("2  Check the gradients of this very network")
    x, labels = splits["dev"]
    model.train()
    report = ag.gradcheck(lambda net: loss_of(net, x[:8], labels[:8]), model)
    click.echo(str(report))
    click.echo("(below 1e-7: good; around 1e-5: look again; above 1e-3: wrong)")
    model.eval()

    _heading("3  Draw the tape of one loss")
    draw_loss(model, x[:8], labels[:8], folder)

    _heading(f"4  Explain a {DEPTH}-layer tanh network under three initialisations")
    compare_depths(x[:64], labels[:64], folder)

    _heading("Files")
    for name in FILES:
        click.echo(folder / name)
    _heading("Three things to type next")
    click.echo(_next_things(folder))


def split_digits() -> dict[str, tuple[Tensor, Tensor]]:
    """Return train, dev and test as (x, labels), normalised by the training statistics alone.

    The split is the same for every seed, so that runs can be compared.
    """
    digits = nn.datasets.digits()
    parts = nn.random_split(digits, [0.7, 0.15, 0.15], generator=np.random.default_rng(0))
    splits = dict(zip(("train", "dev", "test"), (part[:] for part in parts), strict=True))
    normalizer = nn.Normalizer(splits["train"][0])
    return {name: (normalizer(x), labels) for name, (x, labels) in splits.items()}


def digits_network() -> nn.Sequential:
    """Return a 64-64-32-10 network with ReLUs and dropout, initialised after He et al. 2015."""
    model = nn.Sequential(
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(32, 10),
    )
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def loss_of(model: nn.Module, x: Tensor, labels: Tensor) -> Tensor:
    loss: Tensor = nn.functional.cross_entropy(model(x), labels)
    return loss


def accuracy(model: nn.Module, split: tuple[Tensor, Tensor]) -> float:
    """Return the share of examples whose largest logit is at the label."""
    x, labels = split
    model.eval()
    with ag.no_grad():
        return float(np.mean(model(x).argmax(axis=1) == labels))


def train(model: nn.Module, splits: dict[str, tuple[Tensor, Tensor]], epochs: int) -> None:
    """Train with mini-batch Adam and a progress bar, then print the three accuracies."""
    from tqdm import tqdm

    sizes = ", ".join(f"{name} {len(x)}" for name, (x, _) in splits.items())
    click.echo(f"{model}\nexamples: {sizes}")
    loader = nn.DataLoader(nn.TensorDataset(*splits["train"]), batch_size=32, shuffle=True)
    optimizer = nn.optim.Adam(model.parameters(), lr=2e-3)
    bar = tqdm(range(epochs), desc="training", unit="epoch", file=sys.stderr)
    for _ in bar:
        losses = []
        model.train()
        for x, labels in loader:
            optimizer.zero_grad()
            loss = loss_of(model, x, labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        dev = accuracy(model, splits["dev"])
        bar.set_postfix(loss=f"{np.mean(losses):.4f}", dev=f"{dev:.1%}")
    for name, split in splits.items():
        click.echo(f"{name:5} accuracy {accuracy(model, split):.2%}")


def draw_loss(model: nn.Module, x: Tensor, labels: Tensor, folder: Path) -> None:
    """Save the computation graph of one loss; print the ends of its tape as the textbook table."""
    from autograd_mini import viz

    model.zero_grad()
    with ag.record():
        loss = loss_of(model, x, labels)
        loss.backward()
    graph = viz.graph(loss)
    graph.save(folder / "loss-graph.svg")
    graph.save(folder / "loss-graph.png")
    click.echo(ag.tape(loss).table(head=6, tail=4))


def compare_depths(x: Tensor, labels: Tensor, folder: Path) -> None:
    """Show where the gradients of a deep tanh network vanish, live and explode."""
    from autograd_mini import viz

    flows = {}
    for name, gain in GAINS.items():
        layers: list[nn.Module] = []
        for _ in range(DEPTH):
            linear = nn.Linear(WIDTH, WIDTH, bias=False)
            nn.init.xavier_normal_(linear.weight, gain=gain)
            layers += [linear, nn.Tanh()]
        model = nn.Sequential(*layers, nn.Linear(WIDTH, 10))
        flows[name] = viz.flow(model, x, lambda out: nn.functional.cross_entropy(out, labels))
    comparison = viz.compare_flows(flows)
    click.echo(comparison.text())
    for name in ("depth.png", "depth.svg"):
        comparison.save(folder / name)


def _writable(name: str) -> Path:
    """Make the folder and prove that files can be written to it, before any work is done."""
    if not name:
        raise click.BadParameter("the folder needs a name", param_hint="-o")
    folder = Path(name)
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"{folder} is a file, not a folder; choose another with -o")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ArgumentError(
            f"cannot write to the output folder {folder}: {error.strerror}; choose another with -o"
        ) from None
    existing = [name for name in FILES if (folder / name).exists()]
    if existing:
        click.echo(
            f"replacing the files of an earlier tour in {folder}: {', '.join(existing)}", err=True
        )
    return folder


def _heading(text: str) -> None:
    click.echo()
    click.secho(text, bold=True)
    click.echo("─" * len(text))


def _next_things(folder: Path) -> str:
    return f"""\
1. {python_name()}                      a network in the REPL
   >>> import autograd_mini as ag
   >>> x = ag.tensor(3.0, requires_grad=True)
   >>> y = 2 * x; z = y + y * x
   >>> z.backward(); x.grad
   tensor(14.)
2. >>> ag.viz.graph(z).save("{folder / "diamond.svg"}")     a graph to an image
3. {command_name()} tutorial start        the lessons"""
