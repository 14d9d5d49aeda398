"""What fake_gpu.py finds, in a process of its own."""

import subprocess
import sys
from pathlib import Path


def test_training_steps_on_a_fake_gpu(root, stages_run):
    command = [sys.executable, "-m", "pytest", "-q", str(Path(__file__).with_name("fake_gpu.py"))]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "100%" in done.stdout, "no test was run"
