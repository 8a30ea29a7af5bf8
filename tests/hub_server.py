"""A Hugging Face Hub of one repository on loopback, and the faults that a real one shows.

It speaks what ``huggingface_hub`` asks for: the commit behind a revision, the list of files, ``HEAD`` and ``GET`` of a
file with ranges.
"""

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class HubServer:
    """Serves a folder under a Hub name until it is closed.

    Parameters
    ----------
    folder : pathlib.Path
        The repository's files.
    status : int, optional
        Answer every request with this status.
    cut : int
        How many times a download of the weights is cut in the middle before one is let through.
    """

    def __init__(self, folder, *, status=None, cut=0):
        self.files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        self.status = status
        self.cut = cut
        self.requests = []
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self):
        """What ``HF_ENDPOINT`` has to be."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Keep quiet; the tests read ``requests``."""

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        path = urlsplit(self.path).path
        self.hub.requests.append(f"{self.command} {path}")
        file = re.fullmatch(r"/[^/]+/[^/]+/resolve/([^/]+)/(.+)", path)
        if self.hub.status is not None:
            self.send(self.hub.status, b"", body=body)
        elif re.fullmatch(r"/api/models/[^/]+/[^/]+/revision/[^/]+", path):
            self.send(200, json.dumps(self.repository()).encode(), body=body)
        elif re.match(r"/api/models/[^/]+/[^/]+/tree/", path):
            self.send(200, json.dumps(self.tree()).encode(), body=body)
        elif file and file[2] in self.hub.files:
            self.send_file(file[2], revision=file[1], body=body)
        else:
            self.send(404, b"", body=body, **{"X-Error-Code": "EntryNotFound"})

    def repository(self):
        return {
            "_id": "0",
            "id": "course/checkpoint",
            "modelId": "course/checkpoint",
            "sha": COMMIT,
            "private": False,
            "tags": [],
            "downloads": 0,
            "siblings": [{"rfilename": name} for name in self.hub.files],
        }

    def tree(self):
        return [
            {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
            for name, data in self.hub.files.items()
        ]

    def send_file(self, name, *, revision, body):
        data = self.hub.files[name]
        start = int((re.match(r"bytes=(\d+)-", self.headers.get("Range", "")) or [0, 0])[1])
        headers = {
            "ETag": f'"{hashlib.sha1(data).hexdigest()}"',
            "Accept-Ranges": "bytes",
            "X-Repo-Commit": revision if len(revision) == 40 else COMMIT,
        }
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cut = body and name.endswith(".safetensors") and self.hub.cut > 0
        if cut:
            self.hub.cut -= 1
        self.send(206 if start else 200, data[start:], body=body, cut=cut, **headers)

    def send(self, status, data, *, body, cut=False, **headers):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True  # half of what Content-Length promised, then silence
