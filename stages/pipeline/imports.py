"""What the modules of this project import from one another, found by reading their code; nothing is run."""

import ast
from functools import cache
from pathlib import Path

from stages.core.errors import UserError

PACKAGE = "stages"


def closure(root, module):
    """The dotted names of `module` and of all first-party modules that it imports, however indirectly.

    The packages that they are in belong to it where `__init__.py` has content: importing a module runs those above it.
    """
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imported(root, name)
    return {name for name in found if module_file(root, name).read_text(encoding="utf-8").strip()}


def closure_files(root, module):
    """The files of `closure`, sorted, relative to `root`."""
    return sorted(module_file(root, name).relative_to(root).as_posix() for name in closure(root, module))


def neighbours(root, module):
    """The files that `Path(__file__).with_name("...")` names anywhere in the closure of `module`, relative to `root`."""
    return sorted(
        module_file(root, name).with_name(node.args[0].value).relative_to(root).as_posix()
        for name in closure(root, module)
        for node in ast.walk(tree(root, name))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Path(__file__).with_name"
        and isinstance(node.args[0], ast.Constant)
    )


def imported(root, module):
    """The dotted names of the first-party modules that `module` itself imports, and of the packages that they are in."""
    names = set()
    for target in [module, *bindings(root, module).values()]:
        found, rest = located(root, target)
        if not found or (rest and _is_package(root, found) and not _defines(root, found, rest)):
            raise UserError(
                f"{_shown(root, module)} imports {target}, but there is no such module: mend the import or add the file"
            )
        parts = found.split(".")
        names |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return {name for name in names if module_file(root, name)}


def bindings(root, module):
    """What the imports in `module`, also those inside functions, bind: name in the code -> dotted first-party name."""
    names = {}
    for node in ast.walk(tree(root, module)):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _base(root, module, node)
            names |= {
                alias.asname or alias.name: base if alias.name == "*" else f"{base}.{alias.name}"
                for alias in node.names
            }
    return {name: target for name, target in names.items() if target.split(".")[0] == PACKAGE}


def located(root, name):
    """A dotted name as the longest module in it and the rest: ("stages.core.files", "write"); "" where there is none."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if module_file(root, ".".join(parts[:length])):
            return ".".join(parts[:length]), ".".join(parts[length:])
    return "", name


def module_file(root, name):
    """The file of the module or package with the dotted `name`, or None."""
    path = Path(root, *name.split("."))
    files = path.with_name(f"{path.name}.py"), path / "__init__.py"
    return next((file for file in files if file.is_file()), None)


def tree(root, module):
    """The syntax tree of a module."""
    file = module_file(root, module)
    try:
        return _parsed(file.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise UserError(f"{_shown(root, module)} is no valid Python ({error.msg}, line {error.lineno})") from None


@cache
def _parsed(text):
    return ast.parse(text)


def _base(root, module, node):
    """The dotted name that an `import from` starts with; a relative one counts from the package of `module`."""
    if not node.level:
        return node.module
    package = module.split(".") if _is_package(root, module) else module.split(".")[:-1]
    return ".".join(package[: len(package) - node.level + 1] + ([node.module] if node.module else []))


def _is_package(root, name):
    return module_file(root, name).name == "__init__.py"


def _defines(root, module, name):
    """Whether the first part of `name` is bound at the top level of `module`."""
    head = name.split(".")[0]
    nodes = ast.walk(tree(root, module))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return head in stored | set(definitions(root, module)) | set(bindings(root, module))


def definitions(root, module):
    """The functions and classes at the top level of `module`, by name."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name: node for node in tree(root, module).body if isinstance(node, kinds)}


def _shown(root, module):
    return module_file(root, module).relative_to(root).as_posix()
