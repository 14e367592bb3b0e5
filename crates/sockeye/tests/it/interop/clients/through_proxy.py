"""Chats by WebSocket through TLS, behind a header of the PROXY protocol.

through_proxy.py HOST PORT CA VERSION ADDRESS NICK
"""

import socket
import ssl
import struct
import sys

from websockets.sync.client import connect


def header(version, address, port):
    """What a balancer says of whom it comes for (haproxy.org, proxy-protocol.txt)."""
    if version == "1":
        return f"PROXY TCP4 {address} 192.0.2.1 4711 {port}\r\n".encode()
    ends = socket.inet_aton(address) + socket.inet_aton("192.0.2.1")
    body = ends + struct.pack("!HH", 4711, int(port))
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, 0x11, len(body)) + body


def main():
    host, port, ca, version, address, nick = sys.argv[1:]
    bare = socket.create_connection((host, int(port)))
    bare.sendall(header(version, address, port))
    trust = ssl.create_default_context(cafile=ca)
    with connect(
        f"wss://{host}:{port}/",
        sock=bare,
        ssl=trust,
        subprotocols=["text.ircv3.net"],
    ) as chat:
        assert chat.subprotocol == "text.ircv3.net", chat.subprotocol

        def until(part):
            while True:
                line = chat.recv(timeout=60)
                assert isinstance(line, str) and not line.endswith("\n"), line
                if part in line:
                    return line

        chat.send(f"NICK {nick}")
        chat.send("USER p 0 * :p")
        until(" 001 ")
        chat.send(f"WHOIS {nick}")
        shown = [until(f" {nick} ")]
        while " 318 " not in shown[-1]:
            shown.append(until(f" {nick} "))
        assert any(" 338 " in line and address in line for line in shown), shown
        assert any(" 671 " in line for line in shown), shown
        # A line in pieces is one line.
        chat.send(["JOIN", " #har", "bour"])
        until(" 366 ")
        chat.send("PRIVMSG #harbour :through the proxy")
        until("PRIVMSG #harbour :so you are")
        chat.send("QUIT :home")
        assert "Quit: home" in until("ERROR :")
        for _ in chat:
            raise AssertionError("something came behind ERROR")
        assert chat.close_code == 1000, chat.close_code
        assert "Quit: home" in chat.close_reason, chat.close_reason


main()
