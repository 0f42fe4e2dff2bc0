"""A virus scanner for tests: a TCP server that speaks clamd's INSTREAM, and knows only EICAR."""

import socketserver
import struct
import threading
import time

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Line(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        scanner: ClamdServer = self.server  # type: ignore[assignment]
        assert self.take(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!L", self.take(4))[0]:
            data += self.take(size)
            if len(data) > scanner.longest:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        scanner.seen.append(data)
        time.sleep(scanner.delay)
        found = b"Eicar-Test-Signature FOUND" if EICAR in data else b"OK"
        self.request.sendall(b"stream: " + found + b"\0")

    def take(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.request.recv(size - len(data))
            if not more:
                raise ConnectionError("the client hung up")
            data += more
        return data


class ClamdServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.seen: list[bytes] = []
        self.delay = 0.0
        self.longest = 25 * 1024 * 1024
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()
