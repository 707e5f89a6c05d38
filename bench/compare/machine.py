"""What a comparison was run on and with."""

import datetime
import importlib.metadata
import json
import os
import platform
import subprocess

PACKAGES = ["jax", "torch", "keras", "tensorflow-cpu", "scikit-learn", "onnxruntime", "numpy"]


def cpu():
    """The CPU's name, family and the instruction sets that matter to us."""
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        fields = dict(line.split(":", 1) for line in info.read().split("\n\n")[0].splitlines())
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = fields.get("flags", "").split()
    known = [("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX512_BF16"), ("amx_bf16", "AMX")]
    return {"name": fields.get("model name", platform.machine()), "family": fields.get("cpu family"),
            "model": fields.get("model"), "instruction_sets": [title for flag, title in known if flag in flags]}


def describe(strata):
    """Date, machine and versions."""
    versions = {package: importlib.metadata.version(package) for package in PACKAGES}
    program = subprocess.run([strata, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
    return {"date": datetime.date.today().isoformat(), "cpu": cpu(), "cpus": os.cpu_count(),
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
            "python": platform.python_version(), "versions": versions, "strata": [line for line in program if line]}


if __name__ == "__main__":
    print(json.dumps(cpu(), indent=1))
