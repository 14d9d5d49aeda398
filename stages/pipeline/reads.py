"""What a command reads from params.yaml, found by reading its code, and whether its stage declares exactly that.

Followed are the functions and classes that the command's module mentions, and those that these mention, wherever imports
lead; mentioning is taken for calling. The words of the command stand for the parameters of the function that the module
gives to `main`, wherever that module uses their names, so that

    def run(variant: str):
        if variant == "sam":
            read(f"noise.{variant}", ...)

reads noise.sam under `python -m stages.x sam` and nothing under other words. What stays unknown in a name is a `*`.
"""

import ast
from fnmatch import fnmatchcase

from stages.pipeline.code import Code
from stages.pipeline.commands import runs
from stages.pipeline.project import declared, title

MAIN = ("stages.core.stage", "main")
READ = ("stages.core.params", "read")


def complaints(root, stages):
    """Where `params` of the stages are not exactly what their commands read."""
    code = Code(root)
    found = []
    for stage in stages:
        wanted = {name for module, words in runs(code, title(root, stage), stage.cmd)
                  for name in reads(code, module, words)}
        found += [f"{title(root, stage)}: params: {line}" for line in difference(declared(stage), wanted)]
    return found


def difference(names, wanted):
    """How the declared `names` differ from the `wanted` ones, a line each."""
    outer = [name for name in sorted(wanted) if not any(name.startswith(f"{other}.") for other in wanted)]
    known = [name for name in outer if name != "*"]
    return [
        *("* read by a name that only a run would show: write it out" for name in outer if name == "*"),
        *(f"+ {name}, which the code reads" for name in known if not any(fnmatchcase(one, name) for one in names)),
        *(f"- {one}, which the code does not read" for one in names if not any(fnmatchcase(one, n) for n in outer)),
    ]


def reads(code, module, words):
    """The dotted names that `python -m <module> <words>` reads from params.yaml."""
    values = arguments(code, module, words)
    waiting = [(one, node) for one in code.closure(module) for node in top_level(one, one is module)]
    found, seen = set(), set()
    while waiting:
        home, node = waiting.pop()
        if node not in seen:
            seen.add(node)
            known = values if home is module else {}
            for part in executed(node, known):
                if isinstance(part, ast.Call) and is_function(target(code, home, part.func), READ):
                    found.add(pattern(part.args[0], known))
                waiting += mentioned(code, home, part)
    return found


def arguments(code, module, words):
    """The words of a command by the names that they have in `module`."""
    for node in module.nodes:
        if isinstance(node, ast.Call) and is_function(target(code, module, node.func), MAIN):
            run = module.definitions.get(ast.unparse(node.args[0]))
            return dict(zip([argument.arg for argument in run.args.args] if run else [], words, strict=False))
    return {}


def top_level(module, is_command):
    """The statements that run when `module` is imported or, if it `is_command`, run."""
    statements = [node for node in module.tree.body if node not in module.definitions.values()]
    return [node for node in statements if is_command or not _is_guard(node)]


def executed(node, values):
    """The parts of the code `node`, without branches that the known `values` exclude; a dotted name is one part."""
    yield node
    if not dotted(node):
        for part in taken(node, values):
            yield from executed(part, values)


def taken(node, values):
    """The direct parts of `node`, only the right branch of `if <known name> == <constant>`."""
    if isinstance(node, ast.If | ast.IfExp) and (truth := decided(node.test, values)) is not None:
        branch = node.body if truth else node.orelse
        return branch if isinstance(branch, list) else [branch]
    return ast.iter_child_nodes(node)


def decided(test, values):
    """Whether `test` holds, if it compares a known name with a constant; None if it is anything else."""
    match test:
        case ast.Compare(left=ast.Name(name), ops=[ast.Eq() | ast.NotEq() as sign], comparators=[ast.Constant(value)]):
            if name in values:
                return (values[name] == str(value)) == isinstance(sign, ast.Eq)
    return None


def pattern(name, values):
    """The first argument of `read` as a name with `*` for what is unknown."""
    match name:
        case ast.Constant(value):
            return value
        case ast.Name(variable):
            return values.get(variable, "*")
        case ast.JoinedStr(parts):
            return "".join(pattern(part, values) for part in parts)
        case ast.FormattedValue(value):
            return pattern(value, values)
    return "*"


def mentioned(code, home, node):
    """The definitions that the name `node` in module `home` leads to, with the modules that they are in."""
    module, name = target(code, home, node)
    if not module:
        return []
    return [(module, found) for key, found in module.definitions.items() if name in ("", key)]


def target(code, home, node):
    """The module and its definition ("" for the whole module) that a name in `home` stands for; None, "" if neither."""
    name = dotted(node) or ""
    if name.split(".")[0] in home.definitions:
        return home, name.split(".")[0]
    local = next((key for key in home.imports if f"{name}.".startswith(f"{key}.")), None)
    module, rest = code.located(home.imports[local] + name.removeprefix(local)) if local else (None, "")
    head = rest.split(".")[0]
    if module and head and head not in module.definitions:
        return target(code, module, ast.Name(head)) if head in module.imports else (None, "")
    return module, head


def is_function(found, wanted):
    """Whether `target` found the function `wanted`, a pair of names."""
    module, name = found
    return module is not None and (module.name, name) == wanted


def dotted(node):
    """A name or a chain of attributes of one, a.b.c, as text; None for any other code."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value, attribute):
            return f"{before}.{attribute}" if (before := dotted(value)) else None
    return None


def _is_guard(node):
    """Whether a statement runs only in the module that is the command."""
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)
