"""Python imports this at its start where this folder is on PYTHONPATH: sockets then reach this machine and no other.

An attempt raises ``ConnectionRefusedError`` and is written to the file that ``OFFLINE_LOG`` names, so that it is known
even where the code around it swallows the error. It sees what Python's own sockets do, in child processes as well;
code in C or Rust that opens sockets by itself is not seen.
"""

import ipaddress
import os
import sys

# audit event -> position of the host or address among its arguments
WATCHED = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
}


def stays_here(address):
    """Tell whether a host, or an address as sockets take it, is this machine: loopback, or a file (Unix sockets)."""
    host = address[0] if isinstance(address, tuple) else address
    if host is None or (isinstance(address, (str, bytes)) and "/" in os.fsdecode(address)):
        return True
    host = os.fsdecode(host).partition("%")[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


def refuse(event, arguments):
    if event not in WATCHED or stays_here(address := arguments[WATCHED[event]]):
        return
    if log := os.environ.get("OFFLINE_LOG"):
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, f"{event} {address!r}\n".encode())
        os.close(file)
    raise ConnectionRefusedError(f"this run is offline, and {event} was called for {address!r}")


sys.addaudithook(refuse)
