"""Builds peers/render_minijinja.rs. The source of the Python package holds the Rust crate, which by itself needs no
other crate, so that cargo needs no network."""

import glob
import os
import shutil
import subprocess
import tarfile

import measure

VERSION = "3.0.5"
PACKAGE = f"minijinja=={VERSION}"

# pip asks a package's build backend for its metadata even where it only downloads; the real one needs all crates.
BACKEND = f'''
import os

def prepare_metadata_for_build_wheel(folder, settings=None):
    name = "minijinja-{VERSION}.dist-info"
    os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, name, "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: minijinja\\nVersion: {VERSION}\\n")
    return name
'''

MANIFEST = """
[package]
name = "render_minijinja"
version = "0.0.0"
edition = "2021"

[[bin]]
name = "render_minijinja"
path = "{source}"

[dependencies]
minijinja = {{ path = "{crates}/minijinja" }}
minijinja-contrib = {{ path = "{crates}/minijinja-contrib", features = ["pycompat"] }}

[profile.release]
lto = "fat"
codegen-units = 1
panic = "abort"

[workspace]
"""


def program(python):
    """(the built program, "") or (None, why not); python: that of a private environment."""
    source = os.path.join(measure.PEERS, "render_minijinja.rs")
    folder = os.path.join(measure.CACHE, f"minijinja-rust-{measure.mark(source, __file__)}")
    # Apart from the crates: cargo takes those below a package for its own and asks for all that they could need.
    package = os.path.join(folder, "package")
    built = os.path.join(package, "target", "release", "render_minijinja")
    if os.path.exists(built):
        return built, ""
    if not shutil.which("cargo"):
        return None, "cargo is not installed"
    os.makedirs(package, exist_ok=True)
    with open(os.path.join(folder, "maturin.py"), "w") as file:
        file.write(BACKEND)
    download = [
        python, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", "--no-binary", "minijinja",
        "--dest", folder, PACKAGE]
    if subprocess.run(download, env={**os.environ, "PYTHONPATH": folder}, capture_output=True).returncode:
        return None, f"the source of {PACKAGE} cannot be had from PyPI"
    with tarfile.open(glob.glob(os.path.join(folder, "minijinja-*.tar.gz"))[0]) as archive:
        archive.extractall(folder, filter="data")
    with open(os.path.join(package, "Cargo.toml"), "w") as file:
        file.write(MANIFEST.format(source=source, crates=os.path.join(folder, f"minijinja-{VERSION}")))
    build = subprocess.run(["cargo", "build", "--release", "--offline"], cwd=package, capture_output=True, text=True)
    if build.returncode:
        return None, "cargo cannot build it: " + (build.stderr.strip().splitlines() or ["no reason told"])[0]
    return built, ""
