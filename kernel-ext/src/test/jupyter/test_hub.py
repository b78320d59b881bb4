"""A class: two users of a JupyterHub on what `./schedbook class` installed for everybody.

The hub is a real one, and so are its users. They are known in a namespace of its own only, and nothing of it
outlives that. What it takes in seconds is printed, and not judged.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import uuid

import websocket

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
USERS = {"anne": 54321, "bert": 54322}
LIMIT = 240  # seconds, for what takes some when nothing else runs

# What a user may try with what is another's: each path with what came of it.
PROBE = """
String tried(String name, java.util.concurrent.Callable<?> action) {
    try { action.call(); return name + " OPEN"; }
    catch (java.nio.file.AccessDeniedException e) { return name + " denied"; }
    catch (java.io.IOException e) { return name + " " + e.getMessage(); }
    catch (Exception e) { return name + " " + e; }
}
void probe(String path) {
    var file = java.nio.file.Path.of(path);
    System.out.println(tried("read " + path, () -> { try (var in = java.nio.file.Files.newInputStream(file)) { return in.read(); } }));
    System.out.println(tried("write " + path, () -> { try (var out = java.nio.file.Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) { return out.size(); } }));
}
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def listing(directory):
    """Name, owner, rights, size and times of everything in it."""
    found = {}
    for path in [directory, *sorted(directory.rglob("*"))]:
        s = path.lstat()
        found[str(path)] = (s.st_uid, s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns)
    return found


class Hub:
    """A hub with users that only it knows, in namespaces of its own."""

    def __init__(self, directory, environment):
        self.directory = directory
        self.token = secrets.token_hex(16)
        ports = free_ports(3)
        self.url = f"http://127.0.0.1:{ports[0]}"
        self.log = open(directory / "log", "w+")
        for name in ("passwd", "group"):
            lines = pathlib.Path("/etc", name).read_text()
            for user, number in USERS.items():
                home = directory / user
                lines += (f"{user}:x:{number}:{number}::{home}:/bin/sh\n" if name == "passwd" else f"{user}:x:{number}:\n")
                if name == "passwd":
                    home.mkdir(0o700)
                    os.chown(home, number, number)
            (directory / name).write_text(lines)
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "sh", "-c",
             'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group && exec "$@"', directory,
             environment / "bin" / "jupyterhub", "-f", HERE / "hub" / "jupyterhub_config.py"],
            cwd=directory, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            env={"PATH": f"{environment}/bin:{os.environ['PATH']}", "LANG": "C.UTF-8", "HOME": str(directory), "HUB_TOKEN": self.token,
                 "HUB_DIRECTORY": str(directory), "HUB_USERS": " ".join(USERS), "HUB_PORTS": " ".join(map(str, ports))})
        self.until(lambda: self.ask("/hub/api/"), "the hub")

    def ask(self, path, method="GET", body=None):
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {self.token}"},
            data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as reply:
            text = reply.read()
            return json.loads(text) if text else {}

    def until(self, condition, what):
        end = time.monotonic() + LIMIT
        while True:
            try:
                if found := condition():
                    return found
            except (urllib.error.URLError, ConnectionError):
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{what} did not start:\n{self.said()}")
            time.sleep(0.1)

    def said(self):
        return pathlib.Path(self.log.name).read_text()[-5000:]

    def close(self):
        self.process.send_signal(signal.SIGKILL)  # and with it, all that is in its namespace
        self.process.wait(60)
        self.log.close()


class Student:
    """A user's notebook, by way of the hub's proxy."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        hub.ask(f"/hub/api/users/{name}", "POST")
        hub.ask(f"/hub/api/users/{name}/server", "POST", {})
        hub.until(lambda: hub.ask(f"/hub/api/users/{name}")["servers"].get("", {}).get("ready"), f"{name}'s server")
        self.kernel = hub.ask(f"/user/{name}/api/kernels", "POST", {"name": "schedbook"})["id"]
        self.socket = websocket.create_connection(
            f"{hub.url.replace('http', 'ws')}/user/{name}/api/kernels/{self.kernel}/channels",
            header=[f"Authorization: token {hub.token}"], suppress_origin=True, timeout=LIMIT)
        self.run("%lsmagic")

    def run(self, code):
        """Everything that the cell shows."""
        ident = uuid.uuid4().hex
        self.socket.send(json.dumps({
            "header": {"msg_id": ident, "msg_type": "execute_request", "session": ident, "username": "", "version": "5.3",
                       "date": ""},
            "parent_header": {}, "metadata": {}, "channel": "shell",
            "content": {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}}))
        shown, ended = [], set()
        while ended != {"idle", "reply"}:
            message = json.loads(self.socket.recv())
            if message["parent_header"].get("msg_id") != ident:
                continue
            content, kind = message["content"], message["msg_type"]
            if kind == "stream":
                shown.append(content["text"])
            elif kind in ("display_data", "execute_result", "update_display_data"):
                shown.append(content["data"].get("text/plain", ""))
            elif kind == "error":
                shown.append("\n".join(content["traceback"]))
            elif kind == "execute_reply":
                ended.add("reply")
                self.status = content["status"]
            elif kind == "status" and content["execution_state"] == "idle":
                ended.add("idle")
        return "\n".join(shown)

    def timed(self, code):
        start = time.monotonic()
        return self.run(code), time.monotonic() - start


class ClassTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root is several users")
        directory = tempfile.TemporaryDirectory(prefix="class-", dir="/tmp")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = pathlib.Path(directory.name).resolve()
        cls.directory.chmod(0o755)
        cls.environment = cls.directory / "hub"
        # Not with this Python: it may be one that only root can read.
        subprocess.run([os.path.realpath(sys.executable), "-m", "venv", cls.environment], check=True, timeout=LIMIT)
        subprocess.run([cls.environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile",
                        "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "-r",
                        HERE / "hub" / "requirements.txt"], check=True, timeout=900, umask=0o022)
        cls.said = cls.install(cls.environment)
        print(cls.said, flush=True)
        [cls.installed] = [path for path in (cls.environment / "share/schedbook").iterdir() if path.is_dir()]

    @classmethod
    def install(cls, prefix, status=0):
        done = subprocess.run([ROOT / "schedbook", "class", "--prefix", prefix], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=900)
        assert status == done.returncode, done.stderr
        return done.stderr

    def test_both_attach_at_once_what_was_saved_for_everybody_and_neither_reaches_the_other(self):
        before = listing(self.installed)
        (self.directory / "run").mkdir()
        hub = Hub(self.directory / "run", self.environment)
        self.addCleanup(hub.close)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            anne, bert = pool.map(lambda name: Student(hub, name), USERS)
            for words in pool.map(lambda student: student.run("%doctor"), (anne, bert)):
                self.assertRegex(words, rf"guest's start +(copied, then )?resumed +saved for everybody in {self.installed}/")
            for student, (words, seconds) in zip((anne, bert), pool.map(lambda s: s.timed("%attach fifo"), (anne, bert))):
                self.assertEqual("ok", student.status, words)
                self.assertIn("fifo", words)
                print(f"{student.name}: %attach fifo, both at once: {seconds:.1f} s", flush=True)
        self.assertEqual(before, listing(self.installed))
        anne.run("%%policy mine\npublic class Mine extends Policy {\n    public void enqueue(Task task, long enqFlags) {\n"
                 "        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);\n    }\n}")
        self.assertTrue((self.directory / "run/anne/.schedbook").is_dir())
        self.assert_closed(bert, anne)
        # Nor can anybody change what all of them run on.
        [ram] = list((self.installed / "guest/snapshots").glob("*/ram"))[:1]
        for path in (ram, self.installed / "guest/base/current/root.ext4", self.installed / "start.aot"):
            self.assertIn(f"write {path} denied", bert.run(f'probe("{path}")'))
        self.assertEqual(before, listing(self.installed))
        # And anne's guest is as it was.
        self.assertIn("fifo", anne.run("%status"))
        self.assertEqual("ok", anne.status)

    def assert_closed(self, student, other):
        """Whatever is the other's on disk and in memory."""
        self.assertNotIn("error", student.run(PROBE))
        home = self.directory / "run" / other.name
        files = [path for path in home.rglob("*") if path.is_file()]
        self.assertTrue(any(path.name.startswith("kernel-") for path in files), files)  # with the kernel's key
        self.assertTrue(any(".schedbook" in path.parts for path in files), files)
        probes = "\n".join(f'probe("{path}");' for path in files)
        said = student.run(probes)
        self.assertEqual([f"{what} {path} denied" for path in files for what in ("read", "write")], said.split("\n")[:2 * len(files)])
        # Process ids are those of the hub's namespace, where they are looked for.
        said = student.run(
            "for (var p : java.nio.file.Files.newDirectoryStream(java.nio.file.Path.of(\"/proc\"), \"[0-9]*\")) {\n"
            f"    if (!java.nio.file.Files.getAttribute(p, \"unix:uid\").equals({USERS[other.name]})) continue;\n"
            "    System.out.println(p + \" \" + java.nio.file.Files.readString(p.resolve(\"comm\")).strip());\n"
            "    for (var name : java.util.List.of(\"mem\", \"environ\")) probe(p + \"/\" + name);\n"
            "    System.out.println(\"kill \" + p + \" \" + tried(\"\", () -> { if (!ProcessHandle.of(Long.parseLong(p.getFileName().toString())).get().destroy()) throw new java.io.IOException(\"denied\"); return 0; }));\n"
            "}")
        self.assertRegex(said, r"(?m)^/proc/\d+ qemu-system")
        self.assertNotIn("OPEN", said)
        self.assertRegex(said, r"read /proc/\d+/mem denied")

    def test_the_same_again_makes_nothing_and_another_version_goes_beside_it(self):
        before = listing(self.installed)
        said = self.install(self.environment)
        self.assertIn(f"run on {self.installed}", said)
        self.assertNotIn("saving it for everybody", said)
        old = self.installed.with_name("0.1-0123456789ab")
        old.mkdir()
        try:
            said = self.install(self.environment)
        finally:
            old.rmdir()
        self.assertRegex(said, rf"(?m)^{re.escape(str(old))} is of another version, .* rm -rf {re.escape(str(old))}$")
        self.assertEqual(before, listing(self.installed))

    def test_where_others_cannot_read_it_nothing_is_installed_and_that_is_said(self):
        closed = self.directory / "closed"
        closed.mkdir(0o700)
        said = self.install(closed / "prefix", status=1)
        self.assertRegex(said, rf"(?m)^schedbook: Other users cannot reach .*: {closed} is closed to them\. Open it \(chmod a\+rx {closed}\)")
        self.assertEqual([], list(closed.rglob("kernel.json")))


if __name__ == "__main__":
    unittest.main()
