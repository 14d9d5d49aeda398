"""Restage's code. What every command needs before it imports anything else is here, and nothing more."""

import os

os.environ["MPLBACKEND"] = "agg"         # a notebook's own, inherited from it, would end matplotlib's import
