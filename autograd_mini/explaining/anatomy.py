"""What a function without a rule of its own is made of, read from its source."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from autograd_mini.registry import composition, find, primitives

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Mod: "remainder",
    ast.Pow: "power",
    ast.MatMult: "matmul",
}


def parts(function: Callable[..., Any]) -> list[str]:
    """Return the names of the differentiable functions that ``function`` applies, as written.

    Calls are looked up; operators count where an operand comes from a required argument. Functions
    that are not public, which it calls, are read too. Empty if the source cannot be read.

    >>> import numpy as np
    >>> parts(np.ptp)
    []
    """
    reader = _Reader()
    reader.read(function)
    return list(dict.fromkeys(reader.found))


class _Reader(ast.NodeVisitor):
    """Follows which names hold values made from the arguments, statement by statement."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.tracked: set[str] = set()
        self.globals: dict[str, Any] = {}
        self.being_read: set[Callable[..., Any]] = set()

    def read(self, function: Callable[..., Any]) -> None:
        if not isinstance(function, FunctionType) or function in self.being_read:
            return
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, SyntaxError):
            return
        before = self.tracked, self.globals
        n_required = function.__code__.co_argcount - len(function.__defaults__ or ())
        self.tracked = set(function.__code__.co_varnames[:n_required])
        self.globals = function.__globals__
        self.being_read.add(function)
        for statement in getattr(tree.body[0], "body", []):
            self.visit(statement)
        self.tracked, self.globals = before

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        if self._is_made_from_arguments(node.value):
            names = [n for target in node.targets for n in ast.walk(target)]
            self.tracked |= {n.id for n in names if isinstance(n, ast.Name)}

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        if type(node.op) in OPERATORS and (
            self._is_made_from_arguments(node.left) or self._is_made_from_arguments(node.right)
        ):
            self.found.append(OPERATORS[type(node.op)])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self.generic_visit(node)
        if isinstance(node.op, ast.USub) and self._is_made_from_arguments(node.operand):
            self.found.append("negative")

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        called = self._look_up(node.func)
        if called is None and isinstance(node.func, ast.Attribute):
            if self._is_made_from_arguments(node.func.value):
                method = node.func.attr
                self.found += [p.name for p in primitives() if p.name == method]
            return
        primitive = find(called) if called is not None else None
        if primitive is not None:
            self.found.append(primitive.name)
        elif called is not None and composition(called) is not None:
            self.found.append(called.__name__)
        elif isinstance(called, FunctionType):
            if _is_public(called):
                self.found.append(called.__name__)
            elif called.__module__.startswith("autograd_mini.ops") or called.__name__[0] == "_":
                self.read(called)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and self._is_made_from_arguments(node.value):
            self.found.append("getitem")

    def _look_up(self, node: ast.expr) -> Any:
        """Return the object that a dotted name means, None for a method or a local name."""
        if isinstance(node, ast.Name) and node.id not in self.tracked:
            return self.globals.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._look_up(node.value)
            return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        return None

    def _is_made_from_arguments(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.tracked
            case ast.Call(func=ast.Attribute(value=value)) if self._look_up(node.func) is None:
                return self._is_made_from_arguments(value)
            case ast.Call(func=function):
                called = self._look_up(function)
                is_ours = callable(called) and (find(called) or composition(called))
                return bool(is_ours)
            case ast.BinOp(left=left, right=right):
                return self._is_made_from_arguments(left) or self._is_made_from_arguments(right)
            case ast.UnaryOp(operand=value) | ast.Subscript(value=ast.Name() as value):
                return self._is_made_from_arguments(value)
        return False


def _is_public(function: FunctionType) -> bool:
    import autograd_mini

    homes = (autograd_mini, autograd_mini.linalg)
    return any(getattr(home, function.__name__, None) is function for home in homes)
