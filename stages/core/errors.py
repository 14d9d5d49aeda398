"""What stops a stage with one line instead of a traceback."""


class UserError(Exception):
    """Something that the user can mend: the message says what was found, what is allowed and what to do."""
