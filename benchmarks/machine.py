"""The machine that figures are from, in one line each."""

import os
import platform
from pathlib import Path

import psutil


def machine() -> list[str]:
    """Processor, cores, memory, system, Python, and how busy it was when asked."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return [
        f"{_processor()}, {cores} cores, {psutil.virtual_memory().total / 2**30:.0f} GB",
        f"{platform.system()}, Python {platform.python_version()}",
        f"load at the end (1, 5, 15 minutes): {busy}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    told = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(told, platform.machine())
