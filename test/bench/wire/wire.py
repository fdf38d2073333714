"""Carries packets between two network namespaces, as a line with delay, rate, queue and loss would.

Linux's netem does this in the kernel, but not every kernel has it. This needs only TUN devices, and
the TCP on both sides is the kernel's own: slow start, retransmissions and all.

Usage: wire.py '{"near": "tunA", "far": "tunB", "delayMs": 40, "bytesPerSecond": 2500000,
                 "queueBytes": 65536, "loss": 0.01, "seed": 1}'

Creates both devices, says "ready", and carries packets until its input ends. For each line of input
it says how many bytes have been carried from near to far since the last one. `delayMs` is that of one
direction. Rate, queue and loss are those of the way from near to far; the way back has the delay alone.
"""

import fcntl
import json
import os
import random
import select
import struct
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
PACKET_BYTES = 2048


class Way:
    """One direction: a queue before the bottleneck, and the packets that are on their way."""

    def __init__(self, rate, queue_bytes, loss, delay_s, chance):
        self.rate = rate
        self.queue_bytes = queue_bytes
        self.loss = loss
        self.delay_s = delay_s
        self.chance = chance
        self.free_at = 0.0
        self.carried = 0
        self.coming = deque()

    def take(self, packet, now):
        if self.loss and self.chance.random() < self.loss:
            return
        begins_at = max(now, self.free_at)
        if self.rate:
            if (begins_at - now) * self.rate + len(packet) > self.queue_bytes:
                return
            self.free_at = begins_at + len(packet) / self.rate
        else:
            self.free_at = now
        self.carried += len(packet)
        self.coming.append((self.free_at + self.delay_s, packet))

    def deliver(self, device, now):
        while self.coming and self.coming[0][0] <= now:
            try:
                os.write(device, self.coming.popleft()[1])
            except OSError:
                pass  # The device is going away, or its queue is full: a lost packet.


def open_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def main():
    try:
        # A busy machine would otherwise add delays that the line does not have.
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except OSError:
        pass
    line = json.loads(sys.argv[1])
    chance = random.Random(line["seed"])
    delay_s = line["delayMs"] / 1000
    near, far = open_device(line["near"]), open_device(line["far"])
    there = Way(line["bytesPerSecond"], line["queueBytes"], line["loss"], delay_s, chance)
    back = Way(0, 0, 0, delay_s, chance)
    print("ready", flush=True)
    ways = {near: there, far: back}
    while True:
        due = [way.coming[0][0] for way in (there, back) if way.coming]
        wait_s = max(0, min(due) - time.monotonic()) if due else None
        readable, _, _ = select.select([near, far, sys.stdin], [], [], wait_s)
        if sys.stdin in readable:
            if not sys.stdin.readline():
                return
            print(there.carried, flush=True)
            there.carried = 0
            continue
        for device in readable:
            for _ in range(64):
                try:
                    packet = os.read(device, PACKET_BYTES)
                except BlockingIOError:
                    break
                except OSError:
                    return  # The namespace was deleted, and the device with it.
                ways[device].take(packet, time.monotonic())
        now = time.monotonic()
        there.deliver(far, now)
        back.deliver(near, now)


main()
