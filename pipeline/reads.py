"""What a command reads from params.yaml, found in its code, and whether its stage declares exactly that.

Followed are the functions and classes that the command's module mentions, and those that these mention,
wherever imports lead; mentioning is taken for calling. The words of the command stand for the parameters of
the function that the module gives to `main`, wherever that module uses their names, so that

    def run(variant: str):
        if variant == "sam":
            read(f"noise.{variant}", ...)

reads noise.sam under `python -m stages.x sam` and nothing under other words. What stays unknown is a `*`.
"""

import ast
import fnmatch

from pipeline.code import Code
from pipeline.commands import runs
from pipeline.project import declared, pipeline, title

MAIN = ("stages.core.stage", "main")
READ = ("stages.core.params", "read")


def complaints(repo):
    """Where `params` of the stages are not exactly what their commands read."""
    code, found = Code(repo.root_dir), []
    for stage in pipeline(repo):
        commands = runs(code, title(repo, stage), stage.cmd)
        wanted = set().union(*(reads(code, module, words) for module, words in commands))
        found += [f"{title(repo, stage)}: params: {line}" for line in difference(declared(stage), wanted)]
    return found


def difference(names, wanted):
    """How the declared `names` differ from the `wanted` ones, a line each."""
    outer = [name for name in sorted(wanted) if not any(name.startswith(f"{other}.") for other in wanted)]
    known = [name for name in outer if name != "*"]
    return [
        *("* read by a name that only a run would show: write it out" for name in outer if name == "*"),
        *(f"+ {name}, which the code reads" for name in known if not fnmatch.filter(names, name)),
        *(f"- {name}, which the code does not read" for name in names
          if not any(fnmatch.fnmatchcase(name, one) for one in outer)),
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
            names, more = looked_at(code, home, node, values if home is module else {})
            found |= names
            waiting += more
    return found


def looked_at(code, home, node, known):
    """The names that `node` in module `home` reads, and the definitions that it mentions: (module, node)."""
    if not known and node in code.looked_at:                 # no words change it: the same for every command
        return code.looked_at[node]
    names, more = set(), []
    for part in executed(node, known):
        if isinstance(part, ast.Call) and is_function(target(code, home, part.func), READ):
            names.add(pattern(first_argument(part), known))
        more += mentioned(code, home, part)
    if not known:
        code.looked_at[node] = names, more
    return names, more


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
    """The parts of the code `node`, without branches that the known `values` exclude; a.b.c is one part."""
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
        case ast.Compare(ast.Name(name), [ast.Eq() | ast.NotEq() as sign], [ast.Constant(value)]):
            if name in values:
                return (values[name] == str(value)) == isinstance(sign, ast.Eq)
    return None


def first_argument(call):
    """The name that a call of `read` gives."""
    return call.args[0] if call.args else next(one.value for one in call.keywords if one.arg == "name")


def pattern(name, values):
    """The code of a name as the name itself, with `*` for what is unknown."""
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
    """The module and the definition in it, "" for all, that a name in `home` stands for; or None and ""."""
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
