"""How a stage computes: device, threads, precision, seed."""

import ctypes
import os
import platform
import sys

import torch

from stages.core.errors import UserError
from stages.core.params import FILE, Compute, load_yaml, read


def wanted():
    """`compute.device` as params.yaml has it, unchecked: data may be placed before `start` checks it.

    A stage that only shows results reads it undeclared: where its tensors lie does not change them.
    """
    try:
        return load_yaml(FILE)["compute"]["device"]
    except (UserError, KeyError, TypeError):
        return "auto"


device = torch.device("cuda" if wanted() != "cpu" and torch.cuda.is_available() else "cpu")
generators = []                  # all that this process draws from, besides torch's own
_precision = torch.float32
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3                  # of glibc's malloc.h


def start(seed):
    """Prepares this process to compute the same bytes every time, and returns a generator on the device.

    The number of threads is a parameter: sums come out differently in another number of parts.
    """
    global _precision
    generators.clear()
    compute = read("compute", Compute)
    if compute.device == "cuda" and device.type != "cuda":
        raise UserError(f"{FILE}: `compute.device` is cuda, but {without_cuda()}: set it to auto or cpu")
    torch.set_num_threads(compute.threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic only with it
    torch.set_deterministic_debug_mode("error")              # the other way to say so imports torch.compile
    torch.utils.deterministic.fill_uninitialized_memory = False      # for programs that read it; ours do not
    keep_freed_memory()
    torch.backends.cudnn.benchmark = False
    bfloat16 = compute.precision == "bfloat16" or (compute.precision == "auto" and has_bfloat16())
    _precision = torch.bfloat16 if bfloat16 else torch.float32
    torch.manual_seed(seed)
    return generator(seed)


def without_cuda():
    """Why there is no CUDA here."""
    if torch.version.cuda is None:
        return f"torch {torch.__version__} is built without it"
    try:
        torch.cuda.init()
    except RuntimeError as error:                            # no driver, one that is too old, no card
        return f"torch says: {str(error).split('. ')[0]}"
    return "torch finds no GPU that it can use"


def generator(seed):
    """A new generator on the device."""
    return noted(torch.Generator(device).manual_seed(seed))


def noted(rng):
    """Lists a generator, torch's or NumPy's, so that checkpoints keep where it is; returns it."""
    generators.append(rng)
    return rng


def keep_freed_memory():
    """Lets the C library keep freed memory for the next layer instead of returning it to the system.

    Linux clears every page that it hands out: with glibc's defaults that is a quarter of a training step.
    Elsewhere this does nothing.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, 32 << 20)                  # no older glibc takes more
        mallopt(M_TRIM_THRESHOLD, 1 << 30)


def has_bfloat16():
    """Whether the device multiplies bfloat16 in hardware; emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def mixed():
    """Context in which convolutions and matrix products run in the precision of section `compute`."""
    return torch.autocast(device.type, _precision, enabled=_precision != torch.float32)


def facts():
    """What the numbers of this process depend on besides code, data and parameters."""
    return {
        "torch": torch.__version__,
        "processor": torch.cuda.get_device_name() if device.type == "cuda" else processor(),
        "precision": str(_precision).removeprefix("torch."),
        "threads": torch.get_num_threads(),
    }


def processor():
    """The processor's name as the system gives it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
