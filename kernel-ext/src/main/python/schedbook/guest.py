"""A guest's image as one file, for machines on which none can be built.

guest.py export FILE   write the image that guests run on to FILE, and print its hash
guest.py import FILE [--sha256 HASH]   have guests run on the image in FILE

The file comes from elsewhere: only the four parts of an image are taken out of it, each is what the list in it
says, and nothing is there until all of it is.
"""

import argparse
import gzip
import hashlib
import io
import os
import pathlib
import platform
import re
import shutil
import sys
import tarfile
import tempfile

PARTS = ("vmlinuz", "initrd", "root.ext4", "guest.properties")
SUMS = "SHA256SUMS"
LARGEST = 4 << 30  # bytes of a part; a root file system of ours has a quarter of a GiB
LONGEST_TEXT = 64 << 10
CHUNK = 1 << 20

# The head of a kernel says what it runs on: where, which bytes.
KERNELS = {"x86_64": (0x202, b"HdrS"), "aarch64": (0x38, b"ARM\x64")}


class ImageError(Exception):
    """What is wrong with a file, in one sentence for a person."""


def directory():
    if os.environ.get("SCHEDBOOK_GUEST"):
        return pathlib.Path(os.environ["SCHEDBOOK_GUEST"])
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "schedbook" / "guest"


def current():
    return directory() / "base" / "current"


def is_there():
    return all((current() / part).is_file() for part in PARTS)


def is_imported():
    return (current() / "imported").exists()


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def architecture(kernel):
    with open(kernel, "rb") as file:
        head = file.read(4096)
    return next((name for name, (at, magic) in KERNELS.items() if head[at:at + len(magic)] == magic), None)


def export(target):
    """Writes the current image to a file and returns that file's hash. An unfinished file does not stay."""
    if not is_there():
        raise ImageError("There is no guest image here yet: set-up makes one.")
    image = current().resolve()
    unfinished = target.with_name(target.name + ".part")
    unfinished.unlink(missing_ok=True)
    try:
        with open(unfinished, "xb") as file, \
                gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed, \
                tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            sums = "".join(f"{sha256(image / part)}  {part}\n" for part in PARTS).encode()
            tar.addfile(header(SUMS, len(sums)), io.BytesIO(sums))
            for part in PARTS:
                with open(image / part, "rb") as content:
                    tar.addfile(header(part, os.fstat(content.fileno()).st_size), content)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return sha256(target)


def header(name, size):
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o644
    return info


def import_(source, expected=None):
    """Has guests run on the image in a file; returns its directory."""
    if source.exists() and not source.is_file():
        raise ImageError(f"{source} is no file.")  # a pipe would be waited for, a device may never end
    found = sha256(source)
    if expected is not None and found != expected.lower():
        raise ImageError(f"{source} is not the file it should be: its SHA-256 is {found}.")
    base = directory() / "base"
    base.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix=".importing.", dir=base))
    try:
        unpack(source, work)
        kind = architecture(work / "vmlinuz")
        if kind != platform.machine():
            raise ImageError(f"{source} holds a kernel for {kind or 'no machine known here'}, and this is {platform.machine()}.")
        key = image_key(work / "guest.properties")
        (work / "imported").write_text(found + "\n")
        work.chmod(0o755)
        image = base / key
        shutil.rmtree(image, ignore_errors=True)  # a guest that runs keeps the files it has open
        work.rename(image)
        link = base / ".current"
        link.unlink(missing_ok=True)
        link.symlink_to(key)
        link.replace(base / "current")
        return image
    finally:
        shutil.rmtree(work, ignore_errors=True)


def unpack(source, work):
    sums = None
    try:
        with tarfile.open(source, "r|gz") as tar:
            for member in tar:
                if not member.isreg() or member.name not in (*PARTS, SUMS):
                    raise ImageError(f"{source} is no guest image: it holds {ascii(member.name[:80])}.")
                largest = LARGEST if member.name in ("vmlinuz", "initrd", "root.ext4") else LONGEST_TEXT
                if member.size > largest or (work / member.name).exists():
                    raise ImageError(f"{source} is no guest image: its {member.name} is too large, or there twice.")
                if sums is None and member.name != SUMS:
                    raise ImageError(f"{source} is no guest image: it does not begin with {SUMS}.")
                digest = copy(tar.extractfile(member), work / member.name)
                if member.name == SUMS:
                    lines = (work / SUMS).read_text().splitlines()
                    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
                    (work / SUMS).unlink()
                elif sums.get(member.name) != digest:
                    raise ImageError(f"{source} is damaged: its {member.name} is not what the list in it says.")
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as e:
        raise ImageError(f"{source} is damaged, or no guest image: {e}.") from e
    absent = [part for part in PARTS if not (work / part).exists()]
    if absent:
        raise ImageError(f"{source} is cut short: {', '.join(absent)} is not in it.")


def copy(source, target):
    digest = hashlib.sha256()
    with open(target, "xb") as file:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def image_key(properties):
    said = re.search(r"(?m)^key=([0-9a-f]{12}(?:-[A-Za-z0-9.+~]{1,60})?)$", properties.read_text(errors="replace"))
    if said is None:
        raise ImageError("The image does not say what it was made from (key= in guest.properties).")
    return said[1]


def parser(prog):
    arguments = argparse.ArgumentParser(prog=prog, description="A guest's image as one file.")
    actions = arguments.add_subparsers(dest="action", required=True, metavar="export|import")
    export_to = actions.add_parser("export", help="write the image that guests run on to a file")
    export_to.add_argument("file", type=pathlib.Path)
    import_from = actions.add_parser("import", help="have guests run on the image in a file")
    import_from.add_argument("file", type=pathlib.Path)
    import_from.add_argument("--sha256", metavar="HASH", help="what was printed when it was exported")
    return arguments


def run(arguments, prog="schedbook guest"):
    """Does what the words after `guest` say; returns an exit status."""
    given = parser(prog).parse_args(arguments)
    try:
        if given.action == "export":
            print(f"{export(given.file)}  {given.file}")
        else:
            image = import_(given.file, given.sha256)
            print(f"Guests run on the image in {image} from now on.")
    except ImageError as e:
        print(f"schedbook: {e}", file=sys.stderr)
        return 1
    except OSError as e:
        print(f"schedbook: {e.filename or given.file}: {e.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], "./schedbook guest"))
