"""One engine's HTTP API, for what the tests check and clean up behind the endpoint's back."""

import http.client
import json
import urllib.parse


class EngineApi:
    """JSON requests to HOST:PORT, each on a connection of its own."""

    def __init__(self, host: str, port: int, timeout: float = 20):
        self.host, self.port, self.timeout = host, port, timeout

    def request(self, method: str, path: str, body=None):
        """(status, decoded body)"""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        try:
            return response.status, json.loads(data) if data else None
        except ValueError:
            return response.status, data.decode(errors="replace")

    def get(self, path: str):
        """The decoded body of a GET that must succeed."""
        status, body = self.request("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body}")
        return body

    def containers(self, **filters) -> list[dict]:
        """All containers, stopped ones too."""
        query = urllib.parse.quote(json.dumps({key: [value] for key, value in filters.items()}))
        return self.get(f"/containers/json?all=1&filters={query}")

    def has_container(self, name: str) -> bool:
        """Whether a container of that name or id is here."""
        return self.request("GET", f"/containers/{name}/json")[0] == 200

    def sweep(self, prefix: str) -> None:
        """Removes every container, network and volume whose name starts so."""
        for container in self.containers(name=f"^/{prefix}"):
            self.request("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        for network in self.get("/networks"):
            if network["Name"].startswith(prefix):
                self.request("DELETE", f"/networks/{network['Id']}")
        for volume in self.get("/volumes")["Volumes"] or []:
            if volume["Name"].startswith(prefix):
                self.request("DELETE", f"/volumes/{volume['Name']}?force=1")
        for image in self.get("/images/json"):
            for tag in image["RepoTags"] or []:
                if tag.startswith(prefix):
                    self.request("DELETE", f"/images/{tag}?force=1")
