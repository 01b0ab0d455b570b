import { readFileSync } from "node:fs";
import type { InterfaceModel } from "../../topology/model.ts";
import { type Libc, succeed } from "../libc.ts";
import type { NetNamespace } from "../socket/net-namespace.ts";

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCGIFFLAGS = 0x8913;
const SIOCETHTOOL = 0x8946;
/** The device is up, and so is what is at the other end of its cable. */
const IFF_RUNNING = 0x40;
/** A question that waits until what is being done about devices is done (rtnl_lock). */
const ETHTOOL_GTXCSUM = 0x16;
const EOPNOTSUPP = 95;
/** Commands of ethtool that turn features on and off. */
const ETHTOOL = { rx: 0x15, tx: 0x17, sg: 0x19, tso: 0x1f, gso: 0x24, gro: 0x2c } as const;

/**
 * Work that a sender leaves to the device, which is off: with it a packet on a cable has no checksum, or is many packets in one. On veth
 * devices whose topology says so it is on; what a network card cuts is cut here before it leaves.
 */
function featuresOf({ offload }: InterfaceModel): [command: number, isOn: boolean][] {
  const isVeth = offload?.device === "veth";
  const features: [number, boolean][] = [
    [ETHTOOL.tx, isVeth && offload.checksums],
    [ETHTOOL.tso, isVeth && offload.tcpSegments],
    [ETHTOOL.gso, offload !== undefined],
    [ETHTOOL.gro, offload?.merges === true],
  ];
  return isVeth ? [[ETHTOOL.sg, offload.scatterGather], ...features] : features;
}

/** What has passed an interface, Ethernet headers counted. */
export interface DeviceCounts {
  readonly sent: number;
  readonly sentBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
}

/** Gives devices of a namespace the features that the topology says, and no others (ethtool -K). */
export function setOffloads(libc: Libc, namespace: NetNamespace, devices: readonly InterfaceModel[]): void {
  namespace.within(() => {
    const socket = succeed(libc, "socket", libc.socket(AF_INET, SOCK_DGRAM, 0));
    try {
      for (const device of devices)
        for (const [command, isOn] of featuresOf(device)) askEthtool(libc, socket, device.name, command, isOn ? 1 : 0);
    } finally {
      libc.close(socket);
    }
  });
}

/** True once all of these devices can carry packets, and bridges that they are ports of know it. */
export function areRunning(libc: Libc, namespace: NetNamespace, devices: readonly string[]): boolean {
  return namespace.within(() => {
    const socket = succeed(libc, "socket", libc.socket(AF_INET, SOCK_DGRAM, 0));
    try {
      return devices.every((device) => {
        const request = Buffer.alloc(40);
        request.write(device);
        succeed(libc, `flags of ${device}`, libc.ioctl(socket, SIOCGIFFLAGS, request));
        if ((request.readUInt16LE(16) & IFF_RUNNING) === 0) return false;
        askEthtool(libc, socket, device, ETHTOOL_GTXCSUM);
        return true;
      });
    } finally {
      libc.close(socket);
    }
  });
}

function askEthtool(libc: Libc, socket: number, device: string, command: number, value = 0): void {
  /** struct ethtool_value: command, and the value, 0 for off. */
  const question = Buffer.alloc(8);
  question.writeUInt32LE(command, 0);
  question.writeUInt32LE(value, 4);
  /** struct ifreq: name, pointer. */
  const request = Buffer.alloc(40);
  request.write(device);
  request.writeBigUInt64LE(libc.address(question), 16);
  const result = libc.ioctl(socket, SIOCETHTOOL, request);
  if (result < 0 && libc.errno() !== EOPNOTSUPP) succeed(libc, `ethtool of ${device}`, result);
}

/** Reads the counters of all devices of a namespace (proc_pid_net(5), dev). */
export function countDevices(namespace: NetNamespace): Map<string, DeviceCounts> {
  const text = namespace.within(() => readFileSync("/proc/thread-self/net/dev", "latin1"));
  const found = new Map<string, DeviceCounts>();
  for (const line of text.split("\n").slice(2)) {
    const [name, numbers] = line.split(/:(.*)/s);
    if (numbers === undefined) continue;
    const fields = numbers.trim().split(/\s+/).map(Number);
    found.set(name!.trim(), {
      receivedBytes: fields[0]!,
      received: fields[1]!,
      sentBytes: fields[8]!,
      sent: fields[9]!,
    });
  }
  return found;
}
