"""Reads a small Python program as a person would: a walk over its tree in a tiny subset, nothing is ever executed.

Numbers, strings, lists, dicts, functions with defaults, ``for``, ``if``, comprehensions and a few methods; steps and
sizes are bounded, and anything else is simply not understood.
"""

# ruff: noqa: N802, N815 - methods are named after the kinds of node they read
from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.simulators.solving.problem import Problem, Solution

_STEPS, _SIZE = 1_500, 500
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_BUILTINS: dict[str, Callable[..., Any]] = {
    "len": len,
    "sum": sum,
    "sorted": sorted,
    "enumerate": lambda *a: list(enumerate(*a)),
    "range": lambda *a: list(range(*a)) if len(range(*a)) <= _SIZE else _lost(),
    "min": min,
    "max": max,
    "abs": abs,
    "list": list,
    "zip": lambda *a: list(zip(*a, strict=False)),
    "str": str,
    "int": int,
}
_METHODS: dict[type[Any], set[str]] = {
    list: {"append", "insert", "pop", "extend", "sort", "reverse", "index", "count", "copy"},
    dict: {"setdefault", "items", "keys", "values", "get", "pop", "copy"},
    str: {"join", "upper", "lower", "split", "strip"},
}


class Lost(Exception):
    """The program leaves the subset, or goes on for too long."""


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _lost() -> Any:
    raise Lost


def _size(value: Any) -> int:
    """Characters and items in ``value`` and all it holds, as soon as they are more than is allowed."""
    total, heap = 0, [value]
    while heap and total <= _SIZE:
        one = heap.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, dict):
            total += len(one)
            heap += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            total += len(one)
            heap += one
    return total


class Reader:
    """One reading of one program; ``printed`` collects what it prints."""

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.names: dict[str, Any] = {}
        self.steps = 0

    @contextmanager
    def scope(self, names: dict[str, Any]) -> Iterator[None]:
        outer, self.names = self.names, {**self.names, **names}
        try:
            yield
        finally:
            self.names = outer

    def run(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.step()
            getattr(self, f"do_{type(statement).__name__}", self.unknown)(statement)

    def step(self) -> None:
        self.steps += 1
        if self.steps > _STEPS:
            raise Lost

    def unknown(self, _: ast.AST | None) -> Any:
        raise Lost

    def value(self, node: ast.expr | None) -> Any:
        self.step()
        found = getattr(self, f"see_{type(node).__name__}", self.unknown)(node)
        if _size(found) > _SIZE:
            raise Lost
        if isinstance(found, int) and abs(found) > 10**18:
            raise Lost
        return found

    # -- statements
    def do_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.decorator_list or node.args.vararg or node.args.kwarg or node.args.kwonlyargs:
            raise Lost
        names = [argument.arg for argument in node.args.args]
        defaults = [self.value(default) for default in node.args.defaults]  # once, as Python does

        def call(*given: Any) -> Any:
            filled = (
                list(given) + defaults[len(defaults) - (len(names) - len(given)) :]
                if len(given) < len(names)
                else list(given)
            )
            if len(filled) != len(names):
                raise Lost
            with self.scope(dict(zip(names, filled, strict=True))):
                try:
                    self.run(node.body)
                except _Return as back:
                    return back.value
            return None

        self.names[node.name] = call

    def do_Return(self, node: ast.Return) -> None:
        raise _Return(self.value(node.value) if node.value else None)

    def do_Expr(self, node: ast.Expr) -> None:
        self.value(node.value)

    def do_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        if not isinstance(node.target, ast.Name) or isinstance(self.names.get(node.target.id), list):
            raise Lost
        self.names[node.target.id] = self.binary(node.op, self.names[node.target.id], self.value(node.value))

    def do_For(self, node: ast.For) -> None:
        for item in list(self.value(node.iter)):
            self.assign(node.target, item)
            self.run(node.body)

    def do_If(self, node: ast.If) -> None:
        self.run(node.body if self.value(node.test) else node.orelse)

    def assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple):
            for part, item in zip(target.elts, value, strict=True):
                self.assign(part, item)
        elif isinstance(target, ast.Subscript):
            self.value(target.value)[self.value(target.slice)] = value
        else:
            raise Lost

    # -- expressions
    def see_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def see_Name(self, node: ast.Name) -> Any:
        return self.names[node.id] if node.id in self.names else _BUILTINS[node.id]

    def see_List(self, node: ast.List) -> Any:
        return [self.value(item) for item in node.elts]

    def see_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(item) for item in node.elts)

    def see_Dict(self, node: ast.Dict) -> Any:
        return {self.value(key): self.value(item) for key, item in zip(node.keys, node.values, strict=True)}

    def see_BinOp(self, node: ast.BinOp) -> Any:
        return self.binary(node.op, self.value(node.left), self.value(node.right))

    def binary(self, kind: ast.operator, left: Any, right: Any) -> Any:
        sizes = [len(side) for side in (left, right) if isinstance(side, str | list)]
        if (
            isinstance(kind, ast.Mult)
            and sizes
            and sizes[0] * max(n for n in (left, right, 1) if isinstance(n, int)) > _SIZE
        ):
            raise Lost
        if isinstance(kind, ast.Mod) and isinstance(left, str):
            raise Lost  # "%1000000000d" would fill the memory
        return _BINARY[type(kind)](left, right)

    def see_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        return not value if isinstance(node.op, ast.Not) else -value if isinstance(node.op, ast.USub) else _lost()

    def see_Compare(self, node: ast.Compare) -> Any:
        if len(node.ops) != 1:
            raise Lost
        return _COMPARE[type(node.ops[0])](self.value(node.left), self.value(node.comparators[0]))

    def see_BoolOp(self, node: ast.BoolOp) -> Any:
        value: Any = None
        for part in node.values:
            value = self.value(part)
            if bool(value) != isinstance(node.op, ast.And):
                break
        return value

    def see_IfExp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def see_Subscript(self, node: ast.Subscript) -> Any:
        held = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            part = node.slice
            return held[slice(*(self.value(edge) if edge else None for edge in (part.lower, part.upper, part.step)))]
        return held[self.value(node.slice)]

    def see_ListComp(self, node: ast.ListComp) -> Any:
        with self.scope({}):
            return [self.value(node.elt) for _ in self.each(node.generators)]

    see_GeneratorExp = see_ListComp

    def each(self, loops: list[ast.comprehension]) -> Iterator[None]:
        if not loops:
            yield
            return
        for item in list(self.value(loops[0].iter)):
            self.assign(loops[0].target, item)
            if all(self.value(test) for test in loops[0].ifs):
                yield from self.each(loops[1:])

    def see_Call(self, node: ast.Call) -> Any:
        given = [self.value(argument) for argument in node.args]
        named = {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        if isinstance(node.func, ast.Attribute):
            held = self.value(node.func.value)
            if node.func.attr not in _METHODS.get(type(held), set()):
                raise Lost
            return getattr(held, node.func.attr)(*given)
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            self.printed.append(" ".join(str(item) for item in given))
            return None
        if set(named) - {"reverse"}:
            raise Lost
        return self.value(node.func)(*given, **named)


def read_program(source: str) -> str | None:
    """What the program prints; None if it is not understood."""
    reader = Reader()
    try:
        reader.run(ast.parse(source).body)
    except (
        Lost,
        SyntaxError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        MemoryError,
    ):
        return None
    return "\n".join(reader.printed) or None


def program_output(p: Problem) -> Solution | None:
    if not p.code or "print" not in p.code:
        return None
    printed = read_program(p.code)
    if printed is None:
        return None
    shared = "=[]" in p.code.replace(" ", "")
    return Solution(
        printed,
        (
            p.say("逐次调用，跟着变量走一遍。", "Go through it call by call and follow the variables."),
            p.say(f"最后一行打印 {printed}。", f"The last line prints {printed}."),
        ),
        slips=(_misread(printed), printed.replace("[", "").replace("]", "")),
        why=p.say(
            "默认参数只在定义时创建一次，各次调用共用同一个列表。",
            "A default is made once, at the definition, and shared by all calls.",
        )
        if shared
        else p.say(
            "决定结果的是插入的位置和遍历的顺序。",
            "Where things are inserted, and the order in which they are visited, decide.",
        ),
        trap=p.say("新手以为每次调用都从空列表开始。", "Readers expect an empty list at each call.")
        if shared
        else p.say(
            "容易把插在最前当成追加在最后。",
            "It is easy to read an insertion at the front as an append, and to miss the reversed order.",
        ),
        check=p.say("列表格逐行核对，结果一致。", "A table of the values after each step agrees."),
        flips=p.say(
            "默认值改为 None，在函数里新建列表，结果就不同。",
            "With append instead of insert the result would be reversed.",
        )
        if not shared or p.chinese
        else "With None as the default and a new list inside, every call starts afresh.",
        chart="table",
    )


def _misread(printed: str) -> str:
    """The output as a hasty reader gives it: the parts in reverse."""
    try:
        value = ast.literal_eval(printed)
    except (ValueError, SyntaxError):
        return printed[::-1]
    return str(value[::-1]) if isinstance(value, list) else str(value)


SOLVERS = (program_output,)
