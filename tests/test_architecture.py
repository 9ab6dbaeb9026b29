"""The arrows between packages, what each exports, and that every docstring example runs."""

import ast
import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import autograd_mini

PACKAGES = (
    "autograd_mini",
    "autograd_mini.nn",
    "autograd_mini.viz",
    "autograd_mini.tutorials",
    "autograd_mini.torchlike",
)
MAY_IMPORT = {
    "autograd_mini": {"autograd_mini"},
    "autograd_mini.nn": {"autograd_mini", "autograd_mini.nn"},
    "autograd_mini.viz": {"autograd_mini", "autograd_mini.viz"},
    "autograd_mini.tutorials": set(PACKAGES),
    "autograd_mini.torchlike": {"autograd_mini", "autograd_mini.nn", "autograd_mini.torchlike"},
}
BY_NAME_ONLY = {"autograd_mini.__main__"}


def modules_of(package: str) -> list[str]:
    """Return the dotted names of a package's modules, without its neighbours' in a checkout."""
    folder = Path(str(importlib.import_module(package).__file__)).parent
    names = [package]
    for module in pkgutil.walk_packages([str(folder)], f"{package}."):
        if not module.name.startswith(PACKAGES[1:]) or package != "autograd_mini":
            names.append(module.name)
    return names


MODULES = [name for package in PACKAGES for name in modules_of(package)]


def package_of(module: str) -> str:
    return max((p for p in PACKAGES if f"{module}.".startswith(f"{p}.")), key=len)


def imports_of(module: str) -> set[str]:
    """Return the packages of ours that a module's import statements name."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {package_of(name) for name in found if name.split(".")[0] == "autograd_mini"}


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_arrows(module: str) -> None:
    assert imports_of(module) <= MAY_IMPORT[package_of(module)]


def test_no_module_is_a_drawer_of_odds_and_ends() -> None:
    last = {name.rpartition(".")[2] for name in MODULES}
    assert not last & {"utils", "helpers", "misc", "common"}


@pytest.mark.parametrize("package", PACKAGES[:3])
def test_all_names_what_is_public(package: str) -> None:
    module = importlib.import_module(package)
    exported = set(module.__all__)
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert all(hasattr(module, name) for name in exported)
    assert public <= exported
    assert len(module.__all__) == len(exported)


@pytest.mark.parametrize("package", PACKAGES[:3])
def test_no_public_function_hides_a_module(package: str) -> None:
    module = importlib.import_module(package)
    beside = {name.rpartition(".")[2] for name in modules_of(package)}
    hidden = [
        name
        for name in module.__all__
        if name in beside and not isinstance(getattr(module, name), ModuleType)
    ]
    assert not hidden


@pytest.mark.parametrize("module", [name for name in MODULES if name not in BY_NAME_ONLY])
def test_examples_in_docstrings(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


@pytest.mark.parametrize("package", PACKAGES[:3])
def test_public_functions_and_classes_have_docstrings(package: str) -> None:
    module = importlib.import_module(package)
    bare = [n for n in module.__all__ if not n.startswith("_") and not getattr(module, n).__doc__]
    assert not bare


HEAVY = {"matplotlib", "graphviz", "sklearn", "tqdm", "click", "torch", "dask"}


@pytest.mark.parametrize("package", PACKAGES[:3])
def test_importing_loads_nothing_heavy(package: str) -> None:
    code = f"import sys, {package}; print(*{{n.partition('.')[0] for n in sys.modules}})"
    path = str(Path(autograd_mini.__file__).parents[1])
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not HEAVY & set(loaded.stdout.split())


def test_the_command_line_loads_only_click() -> None:
    path = str(Path(autograd_mini.__file__).parents[1])
    code = (
        f"import sys; sys.path.insert(0, {path!r}); import autograd_mini.cli; "
        "print(*{n.partition('.')[0] for n in sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert HEAVY & set(loaded.stdout.split()) == {"click"}
    assert "autograd_mini.nn" not in loaded.stdout
