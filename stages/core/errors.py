"""What stops a stage with one line instead of a traceback."""


class UserError(Exception):
    """Something that the user can mend: the message says what was found, what is allowed and what to do."""


def of_the_device(error):
    """What the user can do about an error of torch's: a GPU is full, or an operation has no kernel that gives
    the same bytes twice. None for any other error.
    """
    sentences = str(error).split(". ")
    if type(error).__name__ == "OutOfMemoryError":
        return (f"{'. '.join(sentences[:2])}: lower the batch size, run fewer stages beside each other, or "
                "give this one a larger share of the GPU, by `meta.needs.gpus` in its dvc.yaml")
    if "does not have a deterministic implementation" in sentences[0]:
        what = sentences[0].split(",")[0]
        return f"{what} on this device: set `compute.device` to cpu, or replace the operation"
    return None
