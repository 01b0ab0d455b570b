"""Datagrams over the loopback device, for what stands beside it."""
import socket


def arrived(wait):
    """Sends 4 datagrams to a socket of one's own; gives how many come out, the last of them within so many seconds."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(wait)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(4):
        try:
            sender.sendto(b"x" * 8, receiver.getsockname())
        except OSError:
            pass
    got = 0
    try:
        while True:
            receiver.recv(100)
            got += 1
    except socket.timeout:
        pass
    receiver.close()
    sender.close()
    return got
