"""List the licences of the jars that a wheel carries, and take their texts out of them.

licences.py BOM LIB OUTPUT  BOM is the build's bill of materials (CycloneDX, JSON), LIB the directory of jars.

OUTPUT/THIRD-PARTY.txt names each library with its version and licence, those that JJava has put into its own
jar among them, and what was changed in it; beside it are the licences and notices that the jars have in them.
Exit status 1 if the licence of a library is not known: then it is looked up, and its name is added to GROUPS below.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree
import zipfile

OURS = "org.schedbook"

# Names that poms use for a licence; what is not in here is an SPDX expression already.
NAMES = {
    "Apache 2.0": "Apache-2.0",
    "The BSD 2-Clause License": "BSD-2-Clause",
    "Mozilla Public License version 2.0": "MPL-2.0",
}

# Of libraries whose pom in the jar does not say: it is in a parent, which is not there.
GROUPS = {
    "org.apache": "Apache-2.0",
    "commons-": "Apache-2.0",
    "org.codehaus.plexus": "Apache-2.0",
    "org.dflib.jjava": "Apache-2.0",
    "org.eclipse.sisu": "EPL-2.0 AND BSD-3-Clause",  # with ASM in it
    "org.slf4j": "MIT",
    "eu.maveniverse.maven.mima": "EPL-2.0",
}

# Has taken code from others, under the licences below licenses/ in its jar.
PLEXUS_UTILS = "Apache-2.0 AND BSD-2-Clause AND BSD-3-Clause AND LicenseRef-Indiana-Extreme-1.1.1"

TEXT = re.compile(r"(?i)(^|/)(licen[cs]e|notice|copying)[^/]*$|^licenses/.*[^/]$")
CODE = re.compile(r"\.(class|java|kt)$")


class Unknown(Exception):
    """A library whose licence nobody has looked up."""


def of_group(group, artifact):
    if artifact == "plexus-utils":
        return PLEXUS_UTILS
    licence = next((l for prefix, l in GROUPS.items() if group.startswith(prefix)), None)
    if licence is None:
        raise Unknown(f"{group}:{artifact}")
    return licence


def of_component(component):
    """A component of the bill of materials: its name, version and licence."""
    said = [l.get("expression") or l["license"].get("id") or l["license"]["name"] for l in component.get("licenses", [])]
    licence = " OR ".join(NAMES.get(s, s) for s in said) or of_group(component["group"], component["name"])
    return f"{component['group']}:{component['name']}", component["version"], licence


def shaded(jar):
    """What else is in a jar, by the poms in it."""
    with zipfile.ZipFile(jar) as file:
        for name in sorted(n for n in file.namelist() if re.fullmatch(r"META-INF/maven/[^/]+/[^/]+/pom.xml", n)):
            group, artifact = name.split("/")[2:4]
            pom = xml.etree.ElementTree.fromstring(file.read(name))
            space = {"m": pom.tag[1:].split("}")[0]}
            version = pom.findtext("m:version", pom.findtext("m:parent/m:version", "", space), space)
            said = [l.text for l in pom.findall("m:licenses/m:license/m:name", space)]
            licence = " OR ".join(NAMES.get(s, s) for s in said) or of_group(group, artifact)
            yield f"{group}:{artifact}", version, licence


def table(bom, lib):
    """Rows of name, version, licence, and what it is part of."""
    rows = []
    for component in json.loads(bom.read_text())["components"]:
        if component["group"] == OURS:
            continue
        rows.append((*of_component(component), ""))
        if component["group"] == "org.dflib.jjava":
            jar = next(lib.glob("jjava-*.jar"))
            rows += [(*row, f"in {jar.name}") for row in shaded(jar) if not row[0].startswith("org.dflib.jjava")]
    return sorted(set(rows))


def expression(rows):
    """All licences of these rows, as one SPDX expression."""
    return " AND ".join(sorted({licence for row in rows for licence in row[2].split(" AND ")}))


def changes(bom):
    """What was left out of libraries."""
    for component in json.loads(bom.read_text())["components"]:
        if "pedigree" in component:
            yield f"{component['name']} was changed for this wheel: {component['pedigree']['notes']}"


def texts(lib, output):
    for jar in sorted(lib.glob("*.jar")):
        if jar.name.startswith("schedbook-"):
            continue
        with zipfile.ZipFile(jar) as file:
            for name in file.namelist():
                if TEXT.search(name) and not CODE.search(name):
                    target = output / jar.stem / name.replace("/", "_")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(file.read(name))


def main(bom, lib, output):
    output.mkdir(parents=True, exist_ok=True)
    try:
        rows = table(bom, lib)
    except Unknown as e:
        sys.exit(f"licences.py: what is the licence of {e}? Look it up, and add it to GROUPS.")
    lines = [f"{name} {version}: {licence}{f' ({part})' if part else ''}" for name, version, licence, part in rows]
    (output / "THIRD-PARTY.txt").write_text(
        "Libraries that come with Schedbook, and their licences. The texts are beside this file: Apache-2.0 is\n"
        "LICENSE, and what libraries say themselves is in a directory for each. Their sources are where Maven has\n"
        "them: the same names and versions with the classifier \"sources\".\n\n" + "\n".join([*lines, "", *changes(bom)])
        + "\n")
    texts(lib, output)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:4]))
