"""Pictures as files: every form from both engines, whole or not at all, the same each time."""

import errno
import hashlib
import os
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import viz
from autograd_mini.errors import ArgumentError, DrawingError, FileError
from autograd_mini.viz.graphs import engines
from autograd_mini.viz.graphs.engines import EngineName, find_dot

needs_dot = pytest.mark.skipif(find_dot() is None, reason="Graphviz's dot is not installed")
ENGINES = [pytest.param("builtin"), pytest.param("dot", marks=needs_dot)]
BEGINNINGS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}
ROOT = Path(ag.__file__).resolve().parents[1]

NASTY = (
    '<script>alert("x")</script>',
    "quote \" and ' and \\ and \\N",
    "two\nlines\tand\x00null",
    "rocket 🚀 and 😀 and عربي",
    "]]> --> <!-- &amp; &#60; <b>",
    "$\\frac{1}$ %s {0}",
    "\ud800 alone",
    "x" * 10_000,
)


def network(name: str = "layer") -> ag.Tensor:
    """A computation with every kind of node, a module box, and gradients."""
    rng = np.random.default_rng(0)
    x = ag.tensor(rng.normal(size=(4, 3)))
    weight = ag.tensor(rng.normal(size=(3, 2)), requires_grad=True)
    weight.row.name = f"{name}.weight"
    bias = ag.tensor([0.0, 1.0], requires_grad=True)
    with ag.scope(name):
        h = ag.tanh(x @ weight + bias)
    y = (h * h).sum()
    y.backward()
    return y


def texts_of(svg: str) -> str:
    return "\n".join("".join(element.itertext()) for element in ET.fromstring(svg).iter())


# ── forms and engines ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", BEGINNINGS)
def test_every_form_is_written(tmp_path: Path, engine: EngineName, form: str) -> None:
    path = viz.graph(network(), engine=engine).save(tmp_path / f"x.{form.upper()}")
    assert path == tmp_path / f"x.{form.upper()}"
    assert path.read_bytes().startswith(BEGINNINGS[form])
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_png_has_a_sensible_size(tmp_path: Path, engine: EngineName) -> None:
    content = viz.graph(network(), engine=engine).save(tmp_path / "x.png").read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert 300 < width < 3000
    assert 600 < height < 6000


@pytest.mark.parametrize("engine", ENGINES)
def test_a_picture_of_many_nodes_is_not_drawn_at_double_size(
    tmp_path: Path, engine: EngineName
) -> None:
    y = ag.tensor(1.0, requires_grad=True)
    for _ in range(21):
        y = y * 1.0
    content = viz.graph(y, engine=engine).save(tmp_path / "x.png").read_bytes()
    _, height = struct.unpack(">II", content[16:24])
    assert height < 22 * 110


def test_a_very_long_chain_still_fits_a_png(tmp_path: Path) -> None:
    y = ag.tensor(1.0, requires_grad=True)
    for _ in range(300):
        y = y * 1.0
    path = viz.graph(y, engine="builtin").save(tmp_path / "x.png")
    _, height = struct.unpack(">II", path.read_bytes()[16:24])
    assert 10_000 < height < 2**16


@needs_dot
def test_dot_draws_every_node_edge_and_box() -> None:
    graph = viz.graph(network(), engine="dot")
    svg = ET.fromstring(graph._repr_svg_())
    groups = [g.get("class") for g in svg.iter("{http://www.w3.org/2000/svg}g")]
    assert groups.count("node") == len(graph.nodes)
    assert groups.count("cluster") == len(graph.boxes) == 1
    assert groups.count("edge") == len(graph.edges)
    texts = texts_of(graph._repr_svg_()).replace("\N{NO-BREAK SPACE}", " ")
    for node in graph.nodes:
        assert node.title in texts
        assert all(line in texts for line in node.body), node.body
    assert all(edge.label.strip() in texts for edge in graph.edges)


def test_the_builtin_picture_holds_every_text() -> None:
    graph = viz.graph(network(), engine="builtin")
    svg = graph._repr_svg_()
    ET.fromstring(svg)
    for node in graph.nodes:  # matplotlib notes the text of each group of glyphs in a comment
        assert all(f"<!-- {line} -->" in svg for line in (node.title, *node.body))
    assert all(f"<!-- {edge.label} -->" in svg for edge in graph.edges if edge.label)
    assert any("v̄" in edge.label for edge in graph.edges)
    assert "<!-- layer -->" in svg


@pytest.mark.parametrize("engine", ENGINES)
def test_states_are_written_into_the_picture(engine: EngineName) -> None:
    x = ag.tensor(1.0, requires_grad=True)
    svg = viz.graph(x * 2, engine=engine)._repr_svg_()
    assert "backward has not run" in svg.replace("&#160;", " ").replace("&#45;", "-")


def test_a_notebook_gets_a_bare_svg_element() -> None:
    assert viz.graph(network(), engine="builtin")._repr_svg_().startswith("<svg")


# ── determinism ───────────────────────────────────────────────────────────────────────────────

IN_A_FRESH_PROCESS = """
import sys
sys.path[:0] = sys.argv[1:3]
import hashlib
from autograd_mini import viz
from test_viz_graph_files import network
warm_up = network()
for form in ("svg", "png", "pdf", "dot"):
    path = viz.graph(network(), engine=sys.argv[4]).save(f"{sys.argv[3]}/fresh.{form}")
    print(hashlib.sha256(path.read_bytes()).hexdigest())
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_graph_gives_the_same_bytes(tmp_path: Path, engine: EngineName) -> None:
    here = [
        hashlib.sha256(
            viz.graph(network(), engine=engine).save(tmp_path / f"x.{form}").read_bytes()
        ).hexdigest()
        for form in BEGINNINGS
    ]
    arguments = [str(ROOT), str(Path(__file__).parent), str(tmp_path), engine]
    there = subprocess.run(
        [sys.executable, "-c", IN_A_FRESH_PROCESS, *arguments],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.split() == here


def test_drawing_leaves_matplotlibs_settings_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    viz.graph(network(), engine="builtin")._repr_svg_()
    assert dict(mpl.rcParams) == before


# ── hostile names ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NASTY)
def test_no_name_breaks_out_of_its_label(tmp_path: Path, engine: EngineName, name: str) -> None:
    primitive = ag.primitive(lambda x: x, name=name, doc=f"z = {name}", x=lambda g, out, x: g)
    y = network(name)
    with ag.scope(name):
        y = primitive(y)
    graph = viz.graph(y, engine=engine)
    for form in ("svg", "dot", "png"):
        graph.save(tmp_path / f"x.{form}")
    svg = ET.fromstring((tmp_path / "x.svg").read_text(encoding="utf-8"))
    tags = {element.tag.rpartition("}")[2] for element in svg.iter()}
    assert not tags & {"script", "b", "foreignObject", "image", "iframe"}
    assert not any(key.startswith("on") for element in svg.iter() for key in element.attrib)
    assert max(len(line) for line in str(graph).splitlines()) < 400
    if find_dot():
        plain = subprocess.run(
            [str(find_dot()), "-Tplain"], input=graph.dot.encode(), capture_output=True, check=True
        )
        kinds = [line.split()[0] for line in plain.stdout.decode().splitlines()]
        assert kinds.count("node") == len(graph.nodes)


# ── paths ─────────────────────────────────────────────────────────────────────────────────────


def test_another_extension_lists_those_that_work(tmp_path: Path) -> None:
    graph = viz.graph(network())
    with pytest.raises(ArgumentError, match=r"'x.jpgg' has the extension .jpgg.*svg, png, pdf or"):
        graph.save(tmp_path / "x.jpgg")
    with pytest.raises(ArgumentError, match="'x' has no extension"):
        graph.save(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"there is no folder.*nowhere") as caught:
        viz.graph(network()).save(tmp_path / "nowhere" / "x.svg")
    assert isinstance(caught.value, FileNotFoundError)


def test_a_name_that_is_too_long_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written"):
        viz.graph(network(), engine="builtin").save(tmp_path / f"{'x' * 300}.svg")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.svg").mkdir()
    with pytest.raises(FileError, match="is a folder"):
        viz.graph(network()).save(tmp_path / "x.svg")


def test_what_is_no_path_is_named() -> None:
    with pytest.raises(ArgumentError, match=r"the name of a file, such as .*; got int 3"):
        viz.graph(network()).save(3)  # type: ignore[arg-type]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named_by_the_users_path(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    target = tmp_path / "x.svg"
    with pytest.raises(PermissionError) as caught:
        viz.graph(network(), engine="builtin").save(target)
    tmp_path.chmod(0o700)
    assert str(caught.value) == (
        f"save: {str(target)!r} cannot be written: permission denied; save elsewhere"
    )


def test_an_existing_file_is_replaced_and_a_link_followed(tmp_path: Path) -> None:
    old = tmp_path / "x.svg"
    old.write_text("old")
    old.chmod(0o640)
    link = tmp_path / "link.svg"
    link.symlink_to(old)
    viz.graph(network(), engine="builtin").save(link)
    assert link.is_symlink()
    assert old.read_bytes().startswith(b"<?xml")
    assert old.stat().st_mode & 0o777 == 0o640


def test_an_existing_file_survives_a_failed_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "x.svg"
    old.write_text("old")
    monkeypatch.setenv("GRAPHVIZ_DOT", "/nowhere/dot")
    with pytest.raises(DrawingError):
        viz.graph(network(), engine="dot").save(old)
    assert old.read_text() == "old"


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "x.dot"
    old.write_text("old")

    def fail(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(source))

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(FileError) as caught:
        viz.graph(network()).save(old)
    assert str(caught.value) == (
        f"save: {str(old)!r} cannot be written: no space left on device; save elsewhere"
    )
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


# ── dot: missing, broken, slow ────────────────────────────────────────────────────────────────


def stand_in(folder: Path, script: str) -> str:
    path = folder / "dot"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for dot are shell scripts")


def test_a_missing_dot_is_explained_and_its_text_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHVIZ_DOT", "/nowhere/dot")
    graph = viz.graph(network(), engine="dot")
    with pytest.raises(DrawingError) as caught:
        graph.save(tmp_path / "x.png")
    message = str(caught.value)
    for hint in ("not found", "apt", "brew", "winget", "conda", "engine='builtin'", "x.dot"):
        assert hint in message
    assert (tmp_path / "x.dot").read_text(encoding="utf-8") == graph.dot


def test_without_dot_the_builtin_layout_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHVIZ_DOT", "/nowhere/dot")
    y = network()
    assert viz.graph(y)._repr_svg_() == viz.graph(y, engine="builtin")._repr_svg_()
    assert engines.drawing_engine().name == "builtin"
    assert "dot was not found" in str(engines.drawing_engine())


@posix
@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo 'Error: no layout' >&2; exit 1", "failed .Error: no layout"),
        ("exit 0", "failed .no output"),
        ("exec sleep 20", "no picture within 0.2 seconds"),
    ],
)
def test_a_dot_that_fails_or_hangs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, complaint: str
) -> None:
    monkeypatch.setenv("GRAPHVIZ_DOT", stand_in(tmp_path, script))
    monkeypatch.setattr(engines, "SECONDS", 0.2)
    with pytest.raises(DrawingError, match=complaint):
        viz.graph(network(), engine="dot")._repr_svg_()
    with pytest.warns(UserWarning, match=f"{complaint}.*built-in layout instead"):
        assert viz.graph(network())._repr_svg_().startswith("<svg")


@posix
def test_dot_is_looked_for_in_the_environment_then_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stand_in(tmp_path, "echo 'dot - graphviz version 99' >&2")
    monkeypatch.setenv("GRAPHVIZ_DOT", path)
    engine = engines.drawing_engine()
    assert (engine.name, engine.version, engine.path) == ("dot", "dot - graphviz version 99", path)
    assert str(engine) == f"dot - graphviz version 99 at {path}"
    monkeypatch.delenv("GRAPHVIZ_DOT")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_dot() == path


@posix
def test_dot_is_found_in_the_usual_folder_of_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Graphviz" / "bin"
    folder.mkdir(parents=True)
    path = stand_in(folder, "")
    monkeypatch.delenv("GRAPHVIZ_DOT", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("ProgramFiles", str(tmp_path))
    assert find_dot() == path


# ── showing ───────────────────────────────────────────────────────────────────────────────────

HEADLESS = """
import sys
sys.path.insert(0, sys.argv[1])
import autograd_mini as ag
from autograd_mini import viz
assert not {"matplotlib", "graphviz"} & set(sys.modules)
x = ag.tensor(3.0, requires_grad=True)
graph = viz.graph(x * x, engine="builtin")
print(graph)
assert not {"matplotlib", "graphviz"} & set(sys.modules)
graph.show()
assert "matplotlib.pyplot" not in sys.modules
"""


def test_it_works_without_a_display(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", HEADLESS, str(ROOT)],
        env=bare,
        capture_output=True,
        text=True,
        check=True,
    )
    path = Path(done.stdout.splitlines()[-1])
    assert path.name == "graph.svg"
    assert path.read_bytes().startswith(b"<?xml")
