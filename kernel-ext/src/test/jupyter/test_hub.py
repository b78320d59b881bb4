"""A class: one installation by root for all users of a JupyterHub, and two of them at work in it at once."""

import collections
import concurrent.futures
import datetime
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import uuid

import psutil
import requests
import websocket

from session import Conversation, environment

ROOT = pathlib.Path(__file__).resolve().parents[4]
HUB = ROOT / "kernel-ext/src/test/hub"
PYTHON = "/usr/bin/python3"  # the one of the path may be in root's home
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
USERS = ("schedbook-anne", "schedbook-bert")
PASSWORD = "a class"
LIMIT = 600  # seconds for what takes one of twenty on a quiet machine

CONFIGURATION = """
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allowed_users = {users!r}
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.Spawner.cmd = ["{prefix}/bin/jupyterhub-singleuser"]
c.Spawner.environment = {{"JUPYTERHUB_SINGLEUSER_APP": "jupyter_server.serverapp.ServerApp"}}
c.Spawner.http_timeout = c.Spawner.start_timeout = 300
"""

# Says what of it this user can read, change, enter or talk to.
PROBE = """
import json, os, socket, stat, sys
for path in json.load(sys.stdin):
    for what, flags in (("reads", os.O_RDONLY), ("changes", os.O_WRONLY)):
        try:
            file = os.open(path, flags | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            if not stat.S_ISDIR(os.fstat(file).st_mode):
                if what == "changes" or os.read(file, 1):
                    print(what, path)
        except OSError:
            pass
        os.close(file)
    if os.access(path, os.W_OK):
        print("may change", path)
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print("talks to", path)
    except OSError:
        pass
"""


def run(command, fails=False, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=LIMIT, **options)
    if bool(done.returncode) != fails:
        raise AssertionError(f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def listing(directory):
    """Name, owner, rights, size and times of all that is in it."""
    return run(["find", directory, "-printf", r"%p %u %g %m %s %T@ %C@\n"]).splitlines()


class WebSocketClient:
    """What a conversation takes of a kernel's client, by way of a server."""

    def __init__(self, url, header):
        self.socket = websocket.create_connection(url, header=header, timeout=LIMIT)
        self.session = uuid.uuid4().hex
        self.received = collections.defaultdict(collections.deque)

    def execute(self, code, **_):
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": self.session, "username": "",
                  "version": "5.3", "date": datetime.datetime.now(datetime.timezone.utc).isoformat()}
        self.socket.send(json.dumps({
            "channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "buffers": [],
            "content": {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                        "allow_stdin": False, "stop_on_error": True}}))
        return header["msg_id"]

    def close(self):
        self.socket.close()

    def get_shell_msg(self, timeout):
        return self.receive("shell", timeout)

    def get_iopub_msg(self, timeout):
        return self.receive("iopub", timeout)

    def receive(self, channel, timeout):
        end = time.monotonic() + timeout
        while not self.received[channel]:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            message = json.loads(self.socket.recv())
            self.received[message["channel"]].append(message)
        return self.received[channel].popleft()


class Student:
    """A user of the machine, logged in to the hub, with a server of their own."""

    def __init__(self, name, url):
        self.name, self.url, self.uid = name, url, pwd.getpwnam(name).pw_uid
        self.home = pathlib.Path(pwd.getpwnam(name).pw_dir)
        self.web = requests.Session()
        self.ask("get", "/hub/login")
        self.ask("post", "/hub/login", data={"username": name, "password": PASSWORD})
        token = self.ask("post", f"/hub/api/users/{name}/tokens", json={})["token"]
        self.web = requests.Session()  # the token alone says who this is
        self.web.headers["Authorization"] = f"token {token}"

    def ask(self, method, path, **options):
        if method != "get" and "_xsrf" in self.web.cookies:
            options["params"] = {"_xsrf": self.web.cookies["_xsrf"]}
        reply = getattr(self.web, method)(self.url + path, timeout=LIMIT, **options)
        reply.raise_for_status()
        return reply.json() if "json" in reply.headers.get("Content-Type", "") else None

    def start_server(self):
        self.ask("post", f"/hub/api/users/{self.name}/server", json={})
        end = time.monotonic() + LIMIT
        while not self.ask("get", f"/hub/api/users/{self.name}")["servers"].get("", {}).get("ready"):
            if time.monotonic() > end:
                raise TimeoutError(self.name)
            time.sleep(0.2)

    def open_notebook(self):
        kernel = self.ask("post", f"/user/{self.name}/api/kernels", json={"name": "schedbook"})["id"]
        url = f"{self.url}/user/{self.name}/api/kernels/{kernel}/channels".replace("http", "ws", 1)
        return Conversation(WebSocketClient(url, [f"Authorization: {self.web.headers['Authorization']}"]))

    def processes(self):
        return [each for each in psutil.process_iter(["uids"]) if each.info["uids"].real == self.uid]

    def guests(self):
        return [each for each in self.processes() if each.name().startswith("qemu")]

    def reach(self, paths):
        """What of these files, directories and sockets this user gets at."""
        done = subprocess.run([PYTHON, "-c", PROBE], input=json.dumps(sorted(map(str, paths))), capture_output=True,
                              text=True, timeout=LIMIT, check=True, cwd="/", user=self.uid, group=self.uid,
                              extra_groups=[])
        return done.stdout.splitlines()


@unittest.skipUnless(os.geteuid() == 0, "only root is several users")
class HubTest(unittest.TestCase):
    long = True  # for run_tests.py

    @classmethod
    def setUpClass(cls):
        made = tempfile.TemporaryDirectory(prefix="schedbook-class", ignore_cleanup_errors=True)
        cls.addClassCleanup(made.cleanup)
        cls.directory = pathlib.Path(made.name)
        cls.directory.chmod(0o755)
        cls.prefix = cls.directory / "hub"
        run([PYTHON, "-m", "venv", cls.prefix])
        run([cls.prefix / "bin/python", "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check",
             "--require-hashes", "--only-binary", ":all:", "-r", HUB / "requirements.txt"])
        cls.said = cls.install(ROOT)
        [cls.installed] = [each for each in (cls.prefix / "share/schedbook").iterdir() if each.is_dir()]
        cls.before = listing(cls.installed)
        cls.make_users()
        url = cls.start_hub()
        cls.students = [Student(name, url) for name in USERS]
        with concurrent.futures.ThreadPoolExecutor(len(USERS)) as pool:
            list(pool.map(Student.start_server, cls.students))
            cls.notebooks = list(pool.map(Student.open_notebook, cls.students))
            for notebook in cls.notebooks:
                cls.addClassCleanup(notebook.kc.close)
            cls.attached = list(pool.map(cls.attach, cls.notebooks))

    @classmethod
    def install(cls, checkout):
        # Root's own Jupyter is not to get a kernel of a checkout that is soon gone.
        return run([checkout / "schedbook", "class", "--prefix", cls.prefix],
                   env=environment(JUPYTER_DATA_DIR=str(cls.directory / "roots")))

    @classmethod
    def make_users(cls):
        for name in USERS:
            subprocess.run(["userdel", name], stderr=subprocess.DEVNULL)  # of a test that was killed
            # Their homes are open, as they were on many systems.
            run(["useradd", "--create-home", "--home-dir", cls.directory / name, "--user-group", "--key",
                 "HOME_MODE=0755", name])
            cls.addClassCleanup(run, ["userdel", "--remove", name])
            cls.addClassCleanup(shutil.rmtree, f"/tmp/hsperfdata_{name}", ignore_errors=True)  # their JVMs'

    @classmethod
    def start_hub(cls):
        hub = cls.directory / "of-the-hub"
        hub.mkdir(mode=0o700)
        ports = free_ports(3)
        (hub / "config.py").write_text(CONFIGURATION.format(
            password=PASSWORD, users=set(USERS), ports=ports, prefix=cls.prefix))
        log = open(hub / "log", "w")
        cls.addClassCleanup(log.close)
        process = subprocess.Popen([cls.prefix / "bin/jupyterhub", "--config", "config.py"], cwd=hub, stdout=log,
                                   stderr=log, stdin=subprocess.DEVNULL,
                                   env={"PATH": f"{cls.prefix}/bin:{PATH}", "HOME": str(hub), "LANG": "C.UTF-8"})
        cls.addClassCleanup(cls.end, process)
        url = f"http://127.0.0.1:{ports[0]}"
        end = time.monotonic() + LIMIT
        while True:
            try:
                if requests.get(url + "/hub/api/", timeout=10).ok:
                    return url
            except requests.ConnectionError:
                pass
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError((hub / "log").read_text())
            time.sleep(0.2)

    @classmethod
    def end(cls, hub):
        """Ends the hub, which ends the servers; what these have started ends with them."""
        hub.terminate()
        hub.wait(LIMIT)
        _, left = psutil.wait_procs([each for student in cls.students for each in student.processes()], timeout=60)
        if left:
            raise AssertionError(f"still running: {left}")

    def tearDown(self):
        self.assertEqual(self.before, listing(self.installed), "nothing is written to an installation")

    @staticmethod
    def ok(notebook, code):
        cell = notebook.run(code, LIMIT)
        if cell.reply["status"] != "ok":
            raise AssertionError(f"{code}: {cell.reply}\n{cell.shown()}")
        return cell.shown()

    @classmethod
    def attach(cls, notebook):
        """How many seconds that took, and what was said before of how the guest was going to start."""
        doctor = cls.ok(notebook, "%doctor")
        start = time.monotonic()
        cls.ok(notebook, "%attach fifo")
        return time.monotonic() - start, doctor

    def test_both_attach_at_once_and_go_on_from_the_guest_that_root_saved(self):
        for student, (seconds, doctor) in zip(self.students, self.attached):
            print(f"{student.name} had a policy attached after {seconds:.1f} s")
            self.assertRegex(doctor, f"resumed.*{self.installed}")
            [guest] = [each.cmdline() for each in student.guests()]
            self.assertIn("-incoming", guest)
            self.assertIn(f"mem-path={self.installed}/guest/snapshots/", " ".join(guest))

    def test_neither_reads_or_changes_what_is_the_others(self):
        for student, notebook, other in zip(self.students, self.notebooks, reversed(self.students)):
            self.ok(notebook, "%%policy mine\npublic class Mine extends Policy {\n"
                              "    public void enqueue(Task task, long enqFlags) {\n"
                              "        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);\n    }\n}")
            store = student.home / ".schedbook/store.db"
            private = self.private(student)
            self.assertIn(store, private)
            reached = student.reach(private)
            self.assertIn(f"reads {store}", reached)
            for process in student.guests():
                self.assertIn(f"reads /proc/{process.pid}/maps", reached)
            self.assertEqual([], other.reach(private))
            for path in ("/api/kernels", "/api/contents"):
                reply = other.web.get(f"{other.url}/user/{student.name}{path}", timeout=LIMIT)
                self.assertIn(reply.status_code, (403, 404), path)
        for each in self.students:
            changed = [line for line in each.reach([self.installed, *self.installed.rglob("*")])
                       if not line.startswith("reads ")]
            self.assertEqual([], changed)

    @staticmethod
    def private(student):
        """What a student has made, and the student's processes; not what useradd has put into the home."""
        paths = set()
        for part in (".schedbook", ".cache", ".local", ".ipython", ".java"):
            paths |= {student.home / part, *(student.home / part).rglob("*")}
        for place in (pathlib.Path(tempfile.gettempdir()), pathlib.Path("/dev/shm")):
            for found in place.iterdir():
                if found.lstat().st_uid == student.uid:
                    paths |= {found, *found.rglob("*")}
        for process in student.processes():
            of_it = pathlib.Path(f"/proc/{process.pid}")
            paths |= {*(of_it / "fd").iterdir(), *(of_it / "map_files").iterdir()}
            paths |= {of_it / part for part in ("environ", "exe", "maps", "mem")}
        return {path for path in paths if os.path.lexists(path)}

    def test_another_version_goes_beside_it_and_a_running_notebook_goes_on(self):
        checkout = self.directory / "newer"
        shutil.copytree(ROOT, checkout, symlinks=True,
                        ignore=shutil.ignore_patterns(".git", "out", "test-classes", "*-reports"))
        with open(checkout / "kernel-ext/src/main/jupyter/jvm.options", "a") as options:
            options.write("-Dschedbook.test=newer\n")
        (checkout / "target/built-with").touch()
        said = self.install(checkout)
        self.assertIn(f"{self.installed} is of another version", said)
        self.assertEqual(2, sum(each.is_dir() for each in self.installed.parent.iterdir()))
        newer = self.students[0].open_notebook()
        self.addCleanup(newer.kc.close)
        version = 'System.getProperty("schedbook.test")'
        self.assertIn("newer", self.ok(newer, version))
        self.assertNotIn("newer", self.ok(self.notebooks[0], version))
        self.assertIn("enabled", self.ok(self.notebooks[0], "%attach vtime --in-kernel"))

    def test_it_has_been_tried_as_a_user_who_owns_nothing(self):
        self.assertRegex(self.said, f"Guests are .*resumed: saved for everybody in {self.installed}")

    def test_a_directory_that_others_cannot_go_through_is_named(self):
        closed = self.directory / "closed"
        closed.mkdir(mode=0o700)
        said = run([ROOT / "schedbook", "class", "--prefix", closed / "hub"], fails=True,
                   env=environment(JUPYTER_DATA_DIR=str(self.directory / "roots")))
        self.assertIn(f"{closed} is closed to them. Open it (chmod a+rx {closed})", said)


if __name__ == "__main__":
    unittest.main()
