"""A hub on loopback for test_hub.py: everything that differs from run to run is in the environment."""

import os
import sys

c = get_config()  # noqa: F821
here = os.environ["HUB_DIRECTORY"]
port, proxy_port, hub_port = (int(p) for p in os.environ["HUB_PORTS"].split())

c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub_port}"
c.JupyterHub.db_url = f"sqlite:///{here}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{here}/cookie_secret"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [os.path.join(os.path.dirname(sys.executable), "configurable-http-proxy")]
c.ConfigurableHTTPProxy.pid_file = f"{here}/proxy.pid"

c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = set(os.environ["HUB_USERS"].split())
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"  # real users, by setuid
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.default_url = "/api"
c.Spawner.environment = {"JUPYTERHUB_SINGLEUSER_APP": "jupyter_server.serverapp.ServerApp"}

c.JupyterHub.services = [{"name": "test", "api_token": os.environ["HUB_TOKEN"]}]
c.JupyterHub.load_roles = [
    {"name": "test", "services": ["test"], "scopes": ["admin:users", "admin:servers", "access:servers"]}]
