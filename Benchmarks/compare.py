#!/usr/bin/env python3
"""Puts the benchmarks of the embedding API beside the same cases through libwasmtime's C API, in one run.

    pip install wasmtime            # in an environment of its own; only its shared library is used
    Benchmarks/compare.py --library .../site-packages/wasmtime/linux-x86_64/_libwasmtime.so

Builds Benchmarks/Peers/wasmtime.c with `cc`, the components with `apus parse` (a release build is made), and the benchmarks
with `swift package benchmark`. Figures are nanoseconds per operation: of Apus the median, of the peer the mean of a run. Only
ratios within one run mean anything.
"""
import argparse
import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "Benchmarks")

# What each case may take of the peer's time; None where the peer has no such case: of streams its C API has the types and
# nothing to make, read or write any with, and a plain copy is no call. `await` is measured against the same call of the
# peer's.
CASES = [
    ("host-to-guest-add", "host-to-guest-add", 0.3),
    ("host-to-guest-add-await", "host-to-guest-add", 0.6),
    ("host-to-guest-string", "host-to-guest-string", 0.3),
    ("host-to-guest-bytes", "host-to-guest-bytes", 0.3),
    ("host-to-guest-borrow", "host-to-guest-borrow", 0.3),
    ("guest-to-host-add", "guest-to-host-add", 0.2),
    ("guest-to-host-string", "guest-to-host-string", 0.3),
    ("guest-to-host-bytes", "guest-to-host-bytes", 0.3),
    ("guest-to-host-borrow", "guest-to-host-borrow", 0.3),
    ("async-host-ready", "async-host-ready", 0.3),
    ("async-host-suspends", "async-host-suspends", 0.3),
    ("instantiate", "instantiate", 0.35),
    ("stream-to-guest-64k", None, None),
    ("plain-copy-bytes", None, None),
]


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def apus_figures():
    output = run("swift", "package", "benchmark", "--no-progress", "--time-units", "nanoseconds",
                 "--grouping", "metric", cwd=FOLDER)
    # A row is a test and its percentiles: 0, 25, 50, 75, 90, 99, 100.
    rows = (line.split("│") for line in output.splitlines() if "Embedding:" in line)
    return {row[1].split(":")[1].split()[0]: float(row[4]) for row in rows if len(row) > 4}


def peer_figures(library):
    build = ("swift", "build", "-c", "release", "--static-swift-stdlib", "--package-path", ROOT)
    run(*build, "--product", "apus")
    apus = os.path.join(run(*build, "--show-bin-path").strip(), "apus")
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(os.listdir(os.path.join(FOLDER, "Components"))):
            target = os.path.join(folder, name.replace(".wat", ".wasm"))
            run(apus, "parse", os.path.join(FOLDER, "Components", name), "-o", target)
        program = os.path.join(folder, "peer")
        run("cc", "-O2", os.path.join(FOLDER, "Peers", "wasmtime.c"), "-o", program, library,
            "-Wl,-rpath," + os.path.dirname(os.path.abspath(library)))
        lines = run(program, folder).splitlines()
    return {name: float(figure) for name, figure in (line.split() for line in lines)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True, help="libwasmtime's shared library")
    arguments = parser.parse_args()
    peer = peer_figures(arguments.library)
    apus = apus_figures()
    print("| case | Apus ns | C API ns | ratio | bar |")
    print("|---|---|---|---|---|")
    for name, other, bar in CASES:
        ours = apus[name]
        row = [name, "%.0f" % ours]
        if other is None:
            row += ["-", "-", "-"]
        else:
            row += ["%.0f" % peer[other], "%.2f" % (ours / peer[other]), "%.2f" % bar]
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
