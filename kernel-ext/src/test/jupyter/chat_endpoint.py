"""A chat-completions endpoint on loopback that streams what a test tells it to."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChatEndpoint:
    """Answers with `answer`, in pieces, or with `status` and an error body.

    A list is answered in turn; its last member stays. A member that is a number is a status.
    """

    def __init__(self):
        self.answer = ""
        self.status = 200
        self.pause = 0  # seconds between two pieces
        self.finish_reason = "stop"
        self.usage = None
        self.requests = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.requests.append((self.path, self.headers["Authorization"], json.loads(body)))
                answer = endpoint.next_answer()
                if endpoint.status != 200:
                    self.fail(endpoint.status)
                elif isinstance(answer, int):
                    self.fail(answer)
                else:
                    # A client that was interrupted, or has read enough, hangs up.
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        self.stream(answer)

            def fail(self, status):
                body = json.dumps({"error": {"message": "no, because of a test", "type": "test"}}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def stream(self, text):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                for at in range(0, len(text), 16):
                    self.event(delta={"content": text[at:at + 16]})
                    time.sleep(endpoint.pause)
                self.event(delta={}, finish_reason=endpoint.finish_reason)
                if endpoint.usage:
                    self.chunk(choices=[], usage=endpoint.usage)
                self.wfile.write(b"data: [DONE]\n\n")

            def event(self, delta, finish_reason=None):
                self.chunk(choices=[{"index": 0, "delta": delta, "finish_reason": finish_reason}])

            def chunk(self, **parts):
                chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **parts}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_answer(self):
        if not isinstance(self.answer, list):
            return self.answer
        return self.answer.pop(0) if len(self.answer) > 1 else self.answer[0]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
