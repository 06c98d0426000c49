"""A web server whose files come in several ways, named by the first part of the path: plain, cut, hang …

Standard library only; on loopback, on a port found free.
"""
import http.server
import os
import ssl
import subprocess
import threading

CUT_AFTER = 700


def certificate(folder):
    """A file with a key and a certificate of its own for `localhost`."""
    path = os.path.join(folder, "localhost.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path, "-out", path + ".cert",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    with open(path, "a", encoding="ascii") as both, open(path + ".cert", encoding="ascii") as own:
        both.write(own.read())
    return path


class Source:
    """`with Source(folder) as source:` serves `source.url/<kind>/<file>`; `asked` are the paths asked for."""

    def __init__(self, folder, key=None):
        self.folder, self.asked, self.changed = folder, [], threading.Condition()
        self.closing = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.handle_error = lambda *_: None  # a client that goes is no news
        if key:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(key)
            # The handshake is the request's thread's: one that fails does not end the server.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, path, seconds=20):
        with self.changed:
            return self.changed.wait_for(lambda: path in self.asked, seconds)

    def handler(self):
        source = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                with source.changed:
                    source.asked.append(self.path)
                    source.changed.notify_all()
                    times = source.asked.count(self.path)
                kind, name = (self.path.strip("/").split("/") + [""])[:2]
                path = os.path.join(source.folder, name)
                if kind == "missing" or not os.path.isfile(path):
                    return self.answer(404)
                with open(path, "rb") as file:
                    body = file.read()
                if kind == "redirect":
                    return self.answer(302, headers={"Location": "/elsewhere"})
                if kind == "denied":
                    return self.answer(401)
                if kind == "error" or (kind == "error-twice" and times <= 2):
                    return self.answer(500)
                if kind == "hang":
                    source.closing.wait(60)
                    return self.close()
                if kind == "gzip":
                    return self.answer(200, body, {"Content-Encoding": "gzip"})
                tag = f'"{times}"' if kind == "changing" else '"\xff\xfe"' if kind == "odd" else '"same"'
                return self.send(body, tag, kind)

            def send(self, body, tag, kind):
                begin = 0
                asked = self.headers.get("Range")
                if asked and kind != "cut-without-ranges":
                    begin = int(asked.removeprefix("bytes=").removesuffix("-"))
                rest = body[begin:]
                self.send_response(206 if begin else 200)
                self.send_header("ETag", tag)
                chunked = kind == "chunked" and not begin  # its length is not told at first
                if chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                else:
                    self.send_header("Content-Length", str(len(rest)))
                if begin:
                    self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
                self.end_headers()
                if chunked:
                    rest = b"%x\r\n%s\r\n" % (len(rest) // 2, rest[:len(rest) // 2])
                elif kind == "cut-without-ranges":
                    # Each time a little further.
                    rest = rest[:CUT_AFTER * 4 * source.asked.count(self.path)]
                elif kind in ("cut", "odd", "changing"):
                    rest = rest[:len(body) // 3 + 1]
                self.wfile.write(rest)
                self.close()

            def answer(self, status, body=b"", headers=()):
                self.send_response(status)
                for header, value in dict(headers).items():
                    self.send_header(header, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def close(self):
                self.close_connection = True

        return Handler


def shorten(path):
    """To the first quarter of its lines, one at least."""
    with open(path, "rb") as file:
        lines = file.readlines()
    with open(path, "wb") as file:
        file.writelines(lines[:max(1, len(lines) // 4)])
