"""The library websockets of Python at either end: `client URL [CA]` or `server`."""

import ssl
import sys

from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect
from websockets.sync.server import serve

MESSAGES = ["text ✓", b"\x00\xff bytes", "", b"", "x" * (1 << 20), bytes(range(256)) * 4096]


def client(url, trust=None):
    """Sends messages of every kind, and expects each of them back as it was sent."""
    context = ssl.create_default_context(cafile=trust) if trust else None
    name = {"server_hostname": "a.example"} if trust else {}
    with connect(url, ssl=context, subprotocols=["fish"], max_size=None, **name) as socket:
        assert socket.subprotocol == "fish", socket.subprotocol
        for message in MESSAGES:
            socket.send(message)
            back = socket.recv()
            assert back == message, (message[:20], back[:20])
        socket.send(["in ", "three ", "frames"])
        assert socket.recv() == "in three frames"
        assert socket.ping().wait(10), "no pong"
    print(f"closed {socket.protocol.close_code}")


def server():
    """Answers one connection in upper case, and gives up on the word `enough`."""

    def answer(socket):
        try:
            for message in socket:
                if message == "enough\n":
                    socket.send("some of\n")
                    socket.close(1011, "no more")
                else:
                    socket.send(message.upper())
        except ConnectionClosedError:
            pass
        print(f"closed {socket.protocol.close_code}", flush=True)

    with serve(answer, "127.0.0.1", 0, subprotocols=["fish"]) as listening:
        print(listening.socket.getsockname()[1], flush=True)
        listening.serve_forever()


{"client": client, "server": server}[sys.argv[1]](*sys.argv[2:])
