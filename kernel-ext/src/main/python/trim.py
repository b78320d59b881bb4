"""Leave out of openai-java what Schedbook does not speak, which is nine tenths of it: a wheel carries the rest.

trim.py LIB BOM  LIB is the directory of jars, BOM the bill of materials (CycloneDX, JSON); both are changed.

The client has a package for each part of OpenAI's API below models and services, and makes what it needs of them
when it is asked for it. Chat stays, with all that is no such part.
"""

import hashlib
import json
import pathlib
import re
import sys
import zipfile

JAR = "openai-java-core"
PART = re.compile(r"com/openai/(models|services/(async|blocking))/(?!chat/)[^/]+/")


def trim(jar):
    whole = jar.rename(jar.with_suffix(".whole"))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if not PART.match(entry.filename):
                target.writestr(entry, source.read(entry))
    whole.unlink()


def say(bom, jar):
    """What is in the wheel is no longer what Maven has under this name."""
    document = json.loads(bom.read_text())
    [component] = [each for each in document["components"] if each["name"] == JAR]
    component["hashes"] = [{"alg": "SHA-256", "content": hashlib.sha256(jar.read_bytes()).hexdigest()}]
    component["pedigree"] = {"notes": "Without the models and services of all parts of the API but chat."}
    bom.write_text(json.dumps(document, indent=2))


if __name__ == "__main__":
    lib, bom = map(pathlib.Path, sys.argv[1:3])
    [jar] = lib.glob(f"{JAR}-*.jar")
    trim(jar)
    say(bom, jar)
