"""The modules of this project and what they import from one another, found by reading their code; nothing is run."""

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
            raise UserError(f"{self.path} is no valid Python ({error.msg}, line {error.lineno}): mend it") from None

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

    def defines(self, name):
        """Whether `name` is bound at the top level."""
        stored = {node.id for node in self.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        return name in stored | set(self.definitions) | set(self.imports)

    def _base(self, node):
        """The dotted name that an `import from` starts with; a relative one counts from the package of this module."""
        if not node.level:
            return node.module
        package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        return ".".join(package[: len(package) - node.level + 1] + ([node.module] if node.module else []))


class Code:
    """The first-party modules in the folder `root`, each read once."""

    def __init__(self, root):
        self.root = Path(root)
        self._modules = {}

    def module(self, name):
        """The module or package with the dotted `name`, or None."""
        if name not in self._modules:
            path = self.root.joinpath(*name.split("."))
            files = path.with_name(f"{path.name}.py"), path / "__init__.py"
            file = next((file for file in files if file.is_file()), None)
            self._modules[name] = file and Module(self.root, name, file)
        return self._modules[name]

    def located(self, name):
        """A dotted name as the longest module in it and the rest, "" for none; the module is None if there is none."""
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
            if not found or (rest and found.is_package and not found.defines(rest.split(".")[0])):
                raise UserError(f"{module.path} imports {target}, but there is no such module: mend the import or add it")
            parts = found.name.split(".")
            names |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
        return [self.module(name) for name in names if self.module(name)]

    def closure(self, module):
        """`module` and the first-party modules that it imports, however indirectly, without empty packages."""
        found, waiting = {}, [module]
        while waiting:
            module = waiting.pop()
            if module.name not in found:
                found[module.name] = module
                waiting += self.imported(module)
        return [module for module in found.values() if module.text.strip()]

    def files(self, module):
        """The files that the closure of `module` consists of, sorted, relative to the project's folder.

        To a module belong the files beside it that it names, such as a template, and those that these name.
        """
        paths = set()
        for module in self.closure(module):
            texts, beside = [module.text], _beside(module.file)
            while named := {file for file in beside if any(file.name in text for text in texts)}:
                texts = [file.read_text(encoding="utf-8", errors="ignore") for file in named]
                beside -= named
                paths |= {file.relative_to(self.root).as_posix() for file in named}
            paths.add(module.path)
        return sorted(paths)


def _beside(file):
    """The files in the folder of a module that are neither code nor pipeline nor documentation."""
    return {
        other for other in file.parent.iterdir()
        if other.is_file() and other.suffix not in {".py", ".md"} and other.stem != "dvc" and other.name[0] != "."
    }
