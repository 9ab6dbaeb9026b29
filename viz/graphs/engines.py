"""Which program lays a picture out: Graphviz's ``dot`` where it is found, else our own layout."""

import os
import re
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from autograd_mini.errors import ArgumentError, DrawingError
from autograd_mini.viz.graphs.diagram import Diagram

EngineName = Literal["auto", "dot", "builtin"]
ENGINES = ("auto", "dot", "builtin")

SECONDS = 30.0
"""How long ``dot`` may take."""
FEW_NODES = 12
"""Pictures of at most this many nodes are drawn with more dots an inch: double size."""

PDF_DATE = re.compile(rb"(/CreationDate \(D:)\d{14}")

HOW_TO_GET_DOT = (
    "install Graphviz (apt install graphviz, brew install graphviz, winget install graphviz, or "
    "conda install graphviz), set GRAPHVIZ_DOT to the program, or use engine='builtin'"
)


@dataclass(frozen=True)
class Engine:
    """``name``: dot or builtin. ``version``: of the program, at ``path``."""

    name: str
    version: str
    path: str | None

    def __str__(self) -> str:
        where = f" at {self.path}" if self.path else ", the built-in layout; dot was not found"
        return f"{self.version}{where}"


def drawing_engine() -> Engine:
    """Return the engine that ``engine="auto"`` uses on this machine."""
    path = find_dot()
    if path is None:
        return Engine("builtin", f"matplotlib {metadata.version('matplotlib')}", None)
    try:
        answer = subprocess.run([path, "-V"], capture_output=True, timeout=SECONDS, check=False)
        version = answer.stderr.decode(errors="replace").strip() or "dot of unknown version"
    except (OSError, subprocess.TimeoutExpired) as error:
        version = f"dot, which does not answer ({type(error).__name__})"
    return Engine("dot", version, path)


def find_dot() -> str | None:
    """Return the path of ``dot``: GRAPHVIZ_DOT, then PATH, then the usual folders of Windows."""
    wanted = os.environ.get("GRAPHVIZ_DOT")
    if wanted:
        return shutil.which(wanted)
    folders = [os.environ.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)")]
    places = [str(Path(folder) / "Graphviz" / "bin") for folder in folders if folder]
    return shutil.which("dot") or shutil.which("dot", path=os.pathsep.join(places))


def check_engine(engine: str) -> None:
    """Raise ArgumentError for an engine that does not exist."""
    if engine not in ENGINES:
        raise ArgumentError(f"engine: got {engine!r}, expected 'auto', 'dot' or 'builtin'")


def render(diagram: Diagram, form: str, engine: EngineName) -> bytes:
    """Return the picture as ``form``: svg, png or pdf.

    ``auto`` turns to the built-in layout when ``dot`` is missing, and, with a warning, when it
    fails. Raises DrawingError when ``engine="dot"`` cannot be had.
    """
    path = None if engine == "builtin" else find_dot()
    dots = 144 if len(diagram.nodes) <= FEW_NODES else 96
    if path is not None:
        from autograd_mini.viz.graphs.dot import dot_source

        try:
            return run_dot(path, dot_source(diagram), form, dots)
        except DrawingError as error:
            if engine == "dot":
                raise
            warnings.warn(f"{error}; drawn by the built-in layout instead", stacklevel=4)
    elif engine == "dot":
        raise DrawingError(f"Graphviz's dot was not found: {HOW_TO_GET_DOT}")
    from autograd_mini.viz.graphs.drawing import draw

    return draw(diagram, form, dots)


def run_dot(path: str, source: str, form: str, dots: int) -> bytes:
    """Return what ``dot`` at ``path`` makes of ``source``; ``dots`` an inch for png.

    Raises DrawingError if it cannot.
    """
    command = [path, f"-T{form}", *([f"-Gdpi={dots}"] if form == "png" else [])]
    undated = {**os.environ, "SOURCE_DATE_EPOCH": "0"}  # old versions need PDF_DATE too
    try:
        answer = subprocess.run(
            command,
            input=source.encode(),
            capture_output=True,
            timeout=SECONDS,
            env=undated,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(
            f"dot: {path} gave no picture within {SECONDS:g} seconds; use engine='builtin'"
        ) from None
    except OSError as error:
        raise DrawingError(f"dot: {path} cannot be run ({error}); use engine='builtin'") from None
    if answer.returncode != 0 or not answer.stdout:
        complaint = answer.stderr.decode(errors="replace").strip().splitlines() or ["no output"]
        raise DrawingError(
            f"dot: {path} failed ({complaint[0]}); use engine='builtin', or update Graphviz"
        )
    return PDF_DATE.sub(rb"\g<1>19700101000000", answer.stdout) if form == "pdf" else answer.stdout
