import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFilter } from "../../src/bpf/filter/compile.ts";
import type { DataStart } from "../../src/bpf/filter/data-start.ts";
import {
  CLIENT,
  CONNECTION_CASES,
  DATAGRAM_CASES,
  PAYLOAD,
  SERVER,
  SOCKETS,
  type SocketName,
} from "../network/socket-filters.ts";

const PEER = fileURLToPath(new URL("socket-filters.py", import.meta.url));
const NEAR = `netsim-near-${process.pid}`;
const FAR = `netsim-far-${process.pid}`;

const STARTS: Readonly<Record<SocketName, DataStart>> = {
  udp: "transport",
  raw: "network",
  dgram: "network",
  packet: "link",
};

function missing(): string {
  if (process.platform !== "linux") return "this is not Linux";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const [tool, argument] of [
    ["ip", "-V"],
    ["python3", "-V"],
  ] as const)
    if (spawnSync(tool, [argument]).status !== 0) return `${tool} is not installed`;
  if (spawnSync("ip", ["netns", "add", NEAR]).status !== 0) return "network namespaces cannot be made here";
  spawnSync("ip", ["netns", "del", NEAR]);
  return "";
}

const reason = missing();
const skipped = reason === "" ? "" : ` (skipped: ${reason})`;

function program(expression: string, dataStart: DataStart): number[][] {
  const instructions = compileFilter(expression, { kernelVlan: true, dataStart });
  return instructions.map(({ code, jt, jf, k }) => [code, jt, jf, k >>> 0]);
}

describe.skipIf(reason !== "")(`one filter at the kernel's sockets of all kinds${skipped}`, () => {
  let found: { datagram: SocketName[][]; connection: boolean[] };

  beforeAll(() => {
    const ip = (...words: string[]) => execFileSync("ip", words, { stdio: ["ignore", "pipe", "pipe"] });
    for (const name of [NEAR, FAR]) ip("netns", "add", name);
    ip("-n", NEAR, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", FAR);
    for (const [name, { mac, ip: address }] of [
      [NEAR, CLIENT],
      [FAR, SERVER],
    ] as const) {
      ip("-n", name, "link", "set", "eth0", "address", mac);
      ip("-n", name, "address", "add", `${address}/24`, "dev", "eth0");
      ip("-n", name, "link", "set", "eth0", "up");
    }
    ip("-n", NEAR, "neigh", "replace", SERVER.ip, "lladdr", SERVER.mac, "dev", "eth0");
    ip("-n", FAR, "neigh", "replace", CLIENT.ip, "lladdr", CLIENT.mac, "dev", "eth0");
    const input = JSON.stringify({
      near: NEAR,
      client: CLIENT,
      server: SERVER,
      payload: PAYLOAD,
      datagram: DATAGRAM_CASES.map(({ expression }) =>
        Object.fromEntries(SOCKETS.map((name) => [name, program(expression, STARTS[name])])),
      ),
      connection: CONNECTION_CASES.map(({ expression }) => program(expression, "transport")),
    });
    const output = execFileSync("ip", ["netns", "exec", FAR, "python3", PEER], {
      input,
      encoding: "utf8",
      timeout: 30_000,
    });
    found = JSON.parse(output);
  });

  afterAll(() => {
    for (const name of [NEAR, FAR]) spawnSync("ip", ["netns", "del", name]);
  });

  it.each(DATAGRAM_CASES.map((each, i) => ({ ...each, i })))("$expression", ({ want, i }) => {
    expect(found.datagram[i]).toEqual(SOCKETS.filter((name) => want.includes(name)));
  });

  it.each(CONNECTION_CASES.map((each, i) => ({ ...each, i })))("of a connection: $expression", ({ want, i }) => {
    expect(found.connection[i]).toBe(want);
  });
});
