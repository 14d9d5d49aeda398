"""What this machine has for stages, cores and GPUs, and how a command is shown its GPUs.

A share of a GPU bounds the memory that torch takes there: a stage that wants more fails with torch's message,
not its neighbours. What CUDA itself takes for each process, half a gigabyte or less, is beyond that.
"""

import os
from importlib.metadata import PackageNotFoundError, version

from stages.core.errors import UserError
from stages.core.words import counted

PLACES = "/proc/driver/nvidia/gpus"
SEEN = "CUDA_VISIBLE_DEVICES"
SETTINGS = "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF"   # torch reads the first that is set
BOUNDED = 2, 10                                              # torch's version since which settings may bound


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def gpus():
    """What CUDA calls the GPUs that this process may use, in CUDA's order."""
    if SEEN in os.environ:
        names = [name.strip() for name in os.environ[SEEN].split(",")]
        end = next((place for place, name in enumerate(names) if name in ("", "-1")), len(names))
        return names[:end]                                   # as CUDA reads it
    if torch().endswith("+cpu") or not os.path.isdir(PLACES):
        return []
    return list(map(str, range(len(os.listdir(PLACES)))))


def torch():
    """The version of torch, which need not be here."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none+cpu"


def use(count):
    """Lets this process and what it starts use only so many GPUs."""
    there = gpus()
    if count < 0:
        raise UserError(f"--gpus is {count}: give 0 for none, or how many to use")
    if count > len(there):
        found = f"there {'is' if len(there) == 1 else 'are'} {counted(len(there), 'GPU')}" if there else (
            f"there is no GPU, or torch is built without CUDA ({SEEN} may name GPUs that are not in {PLACES})"
        )
        raise UserError(f"--gpus is {count}, but {found}")
    os.environ[SEEN] = ",".join(there[:count])


def shown(numbers, share):
    """Variables that show a command the GPUs with these numbers, or a share of one."""
    there = gpus()
    if not there:
        return {}
    if any(number >= len(there) for number in numbers):
        found = counted(len(there), "GPU")
        raise UserError(f"the worker has {found}, fewer than `gpus` says where it is started")
    return {SEEN: ",".join(there[number] for number in numbers)} | (bound(share) if 0 < share < 1 else {})


def bound(share):
    """The variable that bounds torch's memory to a share of a GPU, beside settings that somebody has made."""
    if tuple(int(part) for part in torch().split(".")[:2]) < BOUNDED:
        return {}
    made = next((os.environ[name] for name in SETTINGS if os.environ.get(name)), "")
    return {SETTINGS[0]: ",".join(filter(None, [made, f"per_process_memory_fraction:{share:g}"]))}
