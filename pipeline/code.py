"""The modules of this project and what they import from one another, read and not run."""

import ast
from functools import cached_property
from pathlib import Path

from stages.core.errors import UserError

PACKAGE = "stages"


class Module:
    """One file of code."""

    def __init__(self, root, name, file):
        self.name, self.file = name, file
        self.path = file.relative_to(root).as_posix()
        self.is_package = file.name == "__init__.py"
        self.text = file.read_text(encoding="utf-8")

    @cached_property
    def tree(self):
        try:
            return ast.parse(self.text)
        except SyntaxError as error:
            reason = f"{error.msg}, line {error.lineno}"
            raise UserError(f"{self.path} is no valid Python ({reason}): mend it") from None

    @cached_property
    def nodes(self):
        """All parts of the code."""
        return list(ast.walk(self.tree))

    @cached_property
    def definitions(self):
        """The functions and classes at the top level, by name."""
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        return {node.name: node for node in self.tree.body if isinstance(node, kinds)}

    @cached_property
    def imports(self):
        """What imports, also those inside functions, bind: name in the code -> dotted first-party name."""
        names = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.asname or alias.name: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                names |= {
                    alias.asname or alias.name: base if alias.name == "*" else f"{base}.{alias.name}"
                    for alias in node.names
                }
        return {name: target for name, target in names.items() if target.split(".")[0] == PACKAGE}

    def binds(self, name):
        """Whether anything in the code is called `name`."""
        variables = {node.id for node in self.nodes if isinstance(node, ast.Name)}
        return name in variables | set(self.definitions) | set(self.imports)

    def _base(self, node):
        """The dotted name that an `import from` starts with; a relative one counts from this package."""
        if not node.level:
            return node.module
        package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        return ".".join(package[: len(package) - node.level + 1] + ([node.module] if node.module else []))


class Code:
    """The first-party modules in the folder `root`, each read once."""

    def __init__(self, root):
        self.root = Path(root)
        self._modules, self.looked_at = {}, {}               # the second is of reads.py

    def module(self, name):
        """The module or package with the dotted `name`, or None."""
        if name not in self._modules:
            path = self.root.joinpath(*name.split("."))
            files = path.with_name(f"{path.name}.py"), path / "__init__.py"
            file = next((file for file in files if file.is_file()), None)
            self._modules[name] = file and Module(self.root, name, file)
        return self._modules[name]

    def located(self, name):
        """A dotted name as the longest module in it (None if there is none) and the rest, "" for none."""
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            if module := self.module(".".join(parts[:length])):
                return module, ".".join(parts[length:])
        return None, name

    def imported(self, module):
        """The first-party modules that `module` itself imports, and the packages that they and it are in."""
        names = set()
        for target in [module.name, *module.imports.values()]:
            found, rest = self.located(target)
            if not found or (rest and found.is_package and not found.binds(rest.split(".")[0])):
                raise UserError(f"{module.path} imports {target}, which does not exist: mend the import")
            parts = found.name.split(".")
            names |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
        return [self.module(name) for name in names if self.module(name)]

    def closure(self, module):
        """`module` and the first-party modules that it imports, however indirectly; no empty packages."""
        found, waiting = {}, [module]
        while waiting:
            module = waiting.pop()
            if module.name not in found:
                found[module.name] = module
                waiting += self.imported(module)
        return [module for module in found.values() if module.text.strip()]

    def files(self, module):
        """The files that the closure of `module` consists of, sorted, relative to the project's folder."""
        closure = self.closure(module)
        files = {one.file for one in closure}.union(*(companions(one) for one in closure))
        return sorted(file.relative_to(self.root).as_posix() for file in files)


def companions(module):
    """The files beside a module that it names, such as a template, and those beside it that these name."""
    beside = {file for file in module.file.parent.iterdir() if _is_companion(file)}
    found, texts = set(), [module.text]
    while named := {file for file in beside - found if any(file.name in text for text in texts)}:
        found |= named
        texts = [file.read_text(encoding="utf-8", errors="ignore") for file in named]
    return found


def _is_companion(file):
    """Whether a file in a package is neither code nor pipeline nor documentation."""
    return file.is_file() and file.suffix not in {".py", ".md"} and file.name not in {"dvc.yaml", "dvc.lock"}
