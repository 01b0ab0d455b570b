import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../../src/bpf/maps/errno.ts";
import { synCookieHelpers } from "../../../../src/hooks/helpers/syn-cookies/syn-cookie-helpers.ts";
import type { SkbSocket } from "../../../../src/packet/skb.ts";
import { loneServices } from "../../lone-services.ts";

const CHECK = 100;
const CREATE = 110;
const SYN = 2;
const ACK = 16;

const listener: SkbSocket = {
  family: 2,
  type: 1,
  protocol: 6,
  localAddress: new Uint8Array(4),
  remoteAddress: new Uint8Array(4),
  localPort: 80,
  remotePort: 0,
  state: 10,
  cookie: 1,
  cgroup: undefined,
};

/** A call with a socket, an IP header that begins with such a version, and a TCP header of so many bytes with flags. */
interface Asked {
  socket?: Partial<SkbSocket>;
  version?: number;
  ipBytes?: number;
  dataOffset?: number;
  tcpBytes?: number;
  flags?: number;
}

function ask(
  helper: number,
  { socket = {}, version = 4, ipBytes = 40, dataOffset = 5, tcpBytes = 20, flags = SYN }: Asked,
) {
  const services = loneServices();
  const { memory } = services.machine;
  const at = memory.allocate(128);
  memory.bytes[at] = version << 4;
  memory.bytes[at + 64 + 12] = dataOffset << 4;
  memory.bytes[at + 64 + 13] = flags;
  const call = synCookieHelpers({ block: { skb: undefined, data: 0, length: 0, host: undefined } }, services).get(
    helper,
  )!.call as unknown as (...args: number[]) => number;
  return call(services.sockets.addressOf({ ...listener, ...socket }), at, ipBytes, at + 64, tcpBytes);
}

describe("SYN cookies of sockets", () => {
  // Orders and numbers: net/core/filter.c, bpf_tcp_gen_syncookie and bpf_tcp_check_syncookie.
  it.each<{ name: string; helper: number; have: Asked; want: number }>([
    { name: "none to be made while there is room", helper: CREATE, have: {}, want: ERRNO.ENOENT },
    { name: "no TCP header", helper: CREATE, have: { tcpBytes: 16 }, want: ERRNO.EINVAL },
    { name: "not all of the TCP header", helper: CREATE, have: { dataOffset: 6 }, want: ERRNO.EINVAL },
    { name: "no listener", helper: CREATE, have: { socket: { state: 1 } }, want: ERRNO.EINVAL },
    { name: "no TCP socket", helper: CREATE, have: { socket: { protocol: 17 } }, want: ERRNO.EINVAL },
    { name: "no SYN", helper: CREATE, have: { flags: SYN | ACK }, want: ERRNO.EINVAL },
    { name: "no IP header", helper: CREATE, have: { ipBytes: 16 }, want: ERRNO.EINVAL },
    { name: "IPv6 for a socket of IPv4", helper: CREATE, have: { version: 6 }, want: ERRNO.EINVAL },
    {
      name: "half an IPv6 header",
      helper: CREATE,
      have: { version: 6, ipBytes: 20, socket: { family: 10 } },
      want: ERRNO.EINVAL,
    },
    { name: "IPv6", helper: CREATE, have: { version: 6, socket: { family: 10 } }, want: ERRNO.ENOENT },
    { name: "another version", helper: CREATE, have: { version: 5 }, want: ERRNO.EPROTONOSUPPORT },
    { name: "an ACK where none was made", helper: CHECK, have: { flags: ACK }, want: ERRNO.ENOENT },
    { name: "no ACK, whatever the IP header", helper: CHECK, have: { flags: SYN, ipBytes: 16 }, want: ERRNO.ENOENT },
    { name: "an ACK without an IP header", helper: CHECK, have: { flags: ACK, ipBytes: 16 }, want: ERRNO.EINVAL },
    {
      name: "an ACK without a listener",
      helper: CHECK,
      have: { flags: ACK, socket: { state: 1 } },
      want: ERRNO.EINVAL,
    },
    { name: "an ACK with part of its header", helper: CHECK, have: { flags: ACK, dataOffset: 9 }, want: ERRNO.ENOENT },
  ])("$name", ({ helper, have, want }) => {
    expect(ask(helper, have)).toBe(-want);
  });
});
