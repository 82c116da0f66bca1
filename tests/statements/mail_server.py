"""A mail server that says no, or hangs up, when it is told to."""

import socketserver
import threading
from typing import Self


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks SMTP on a port of this machine. `does`: what becomes of each mail, the next first."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.does: list[str] = []
        self.taken: list[bytes] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        deed = self.server.does.pop(0) if self.server.does else "take"
        if deed == "no login":
            return self.say("554 no service")
        self.say("220 ready")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"RCPT" and deed == "refuse":
                self.say("550 no such ann@a.example")
            elif word == b"DATA":
                if not self.take(deed):
                    return None
            elif word == b"QUIT":
                return self.say("221 bye") if deed != "no farewell" else None
            else:
                self.say("250 fine")
        return None

    def take(self, deed: str) -> bool:
        self.say("354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        if deed == "refuse text":
            self.say("451 later")
            return True
        self.server.taken.append(b"".join(lines))
        if deed == "hang up":
            return False
        self.say("250 taken")
        return True

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
