"""The libraries PySocks and python-socks by way of a proxy: `HOST PORT` of it, of TCP and of UDP."""

import socket
import sys

import socks
from python_socks.sync import Proxy

PROXY, TCP, UDP = [(sys.argv[at], int(sys.argv[at + 1])) for at in (1, 3, 5)]


def told(library, connection):
    """Says something and tells what is answered."""
    connection.settimeout(10)
    connection.sendall(b"ahoy")
    print(f"{library}: {connection.recv(100).decode()}")
    connection.close()


for version, kind in ((4, socks.SOCKS4), (5, socks.SOCKS5)):
    told(f"PySocks {version}", socks.create_connection(TCP, 10, None, kind, *PROXY))

datagrams = socks.socksocket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.settimeout(10)
datagrams.set_proxy(socks.SOCKS5, *PROXY)
datagrams.sendto(b"ahoy", UDP)
answer, sender = datagrams.recvfrom(100)
assert sender == UDP, sender
print(f"PySocks UDP: {answer.decode()}")

for version in (4, 5):
    host, port = PROXY
    proxy = Proxy.from_url(f"socks{version}://{host}:{port}")
    told(f"python-socks {version}", proxy.connect(*TCP, timeout=10))
