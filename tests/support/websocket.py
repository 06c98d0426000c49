"""A WebSocket client for tests: text messages, pings answered. Standard library only."""
import base64
import os
import socket
import struct


class WebSocket:
    def __init__(self, port, path, timeout=30, receive_buffer=0):
        self.link = socket.socket()
        if receive_buffer:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.link.settimeout(timeout)
        self.link.connect(("127.0.0.1", port))
        self.rest = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.link.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode(errors="replace"))

    def _more(self):
        piece = self.link.recv(1 << 16)
        if not piece:
            raise ConnectionError("closed")
        self.rest += piece

    def _take(self, count):
        while len(self.rest) < count:
            self._more()
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def _send(self, kind, payload):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | kind]) + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size))
        self.link.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def say(self, text):
        self._send(1, text.encode())

    def hear(self):
        """The next text message; ConnectionError when the other side closes."""
        message = b""
        while True:
            first, size = self._take(2)
            size &= 0x7F
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            payload = self._take(size)
            kind = first & 0x0F
            if kind == 9:
                self._send(10, payload)
            elif kind == 8:
                raise ConnectionError("closed")
            elif kind in (0, 1):
                message += payload
                if first & 0x80:
                    return message.decode()

    def close(self):
        self.link.close()
