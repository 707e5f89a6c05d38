"""Lets PyPI's torch import without CUDA: writes libraries of functions that only return 0.

PyPI's wheel links gigabytes of CUDA libraries, which nothing here calls. For each library that the wheel wants and
the machine lacks, this puts one of that name and with those symbols into torch/lib. Needs a C compiler and readelf.
"""

import importlib.util
import re
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

CUDA_LIBRARY = re.compile(r"^lib(cu|nv|nccl)")
CUDA_SYMBOL = re.compile(r"^_*(cu|nccl|nvrtc|nvshmem|nvJit)")


def readelf(option, library):
    return subprocess.run(["readelf", option, "--wide", library], check=True, capture_output=True, text=True).stdout


def wanted_symbols(libraries):
    """{library: {version: symbols}} of the CUDA libraries that these link and that are not among them."""
    names = {library.name for library in libraries}
    wanted = defaultdict(lambda: defaultdict(set))
    unversioned, defined = set(), set()
    for library in libraries:
        for needed in re.findall(r"NEEDED.*\[(.*)\]", readelf("--dynamic", library)):
            if CUDA_LIBRARY.match(needed) and needed not in names:
                wanted[needed]
        file_of_version, file = {}, None
        for line in readelf("--version-info", library).splitlines():
            if found := re.search(r"File: (\S+) ", line):
                file = found[1]
            elif file and (found := re.search(r"Name: (\S+) ", line)):
                file_of_version[found[1]] = file
        for line in readelf("--dyn-syms", library).splitlines():
            fields = line.split()
            if len(fields) < 8:
                continue
            symbol, _, version = fields[7].partition("@")
            if fields[6] != "UND":
                defined.add(symbol)
            elif file_of_version.get(version) in wanted:
                wanted[file_of_version[version]][version].add(symbol)
            elif not version and CUDA_SYMBOL.match(symbol):
                unversioned.add(symbol)
    if wanted:
        wanted[min(wanted)][""] = unversioned - defined
    return wanted


def write_library(path, versions):
    code = "".join(f"void* {symbol}(void) {{ return 0; }}\n" for symbols in versions.values() for symbol in symbols)
    script = "".join(f"{version} {{ {''.join(symbol + '; ' for symbol in symbols)} }};\n"
                     for version, symbols in versions.items() if version)
    with tempfile.NamedTemporaryFile("w", suffix=".map") as map_file:
        map_file.write(script)
        map_file.flush()
        subprocess.run(["cc", "-w", "-shared", "-fPIC", "-fno-builtin", f"-Wl,-soname,{path.name}",
                        *([f"-Wl,--version-script={map_file.name}"] if script else []), "-x", "c", "-", "-o", path],
                       check=True, input=code, text=True)


def main():
    folder = Path(importlib.util.find_spec("torch").origin).parent / "lib"
    for name, versions in wanted_symbols(sorted(folder.glob("*.so*"))).items():
        write_library(folder / name, versions)


if __name__ == "__main__":
    main()
