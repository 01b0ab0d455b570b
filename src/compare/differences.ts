import type { PacketWay, Read, Recording, Step } from "./recording.ts";

/** A packet that two runs treat differently: the first step at which they part. */
export interface PacketDifference {
  /** Its number in the first run, or in the second where the first does not have it. */
  readonly packet: number;
  /** The step that says what it is. */
  readonly description: string;
  /** Absent where the packet's way in that run has ended, or where that run does not have the packet. */
  readonly first?: Step;
  readonly second?: Step;
}

/** Something beside packets that differs, in words. */
export interface OtherDifference {
  /** `socket server/sniffer`, `map ports key 7`. */
  readonly what: string;
  readonly first: string;
  readonly second: string;
}

export interface Differences {
  readonly packets: readonly PacketDifference[];
  readonly others: readonly OtherDifference[];
}

/** What two runs of the same traffic did differently. */
export function differencesOf(first: Recording, second: Recording): Differences {
  return {
    packets: packetDifferences(first, second),
    others: [...readDifferences(first, second), ...mapDifferences(first, second)],
  };
}

/**
 * Packets are matched by the step that says what they are, and of several that are alike by their order: once two runs part they
 * number later packets differently.
 */
function packetDifferences(first: Recording, second: Recording): PacketDifference[] {
  const found: PacketDifference[] = [];
  const others = byIdentity(second);
  for (const way of first.packets.values()) {
    const other = others.get(keyOf(way))?.shift();
    const difference = other === undefined ? { first: identity(way) } : parting(way.steps, other.steps);
    if (difference !== undefined)
      found.push({ packet: way.packet, description: describe(identity(way)), ...difference });
  }
  for (const left of others.values())
    for (const way of left)
      found.push({ packet: way.packet, description: describe(identity(way)), second: identity(way) });
  return found;
}

function byIdentity({ packets }: Recording): Map<string, PacketWay[]> {
  const found = new Map<string, PacketWay[]>();
  for (const way of packets.values()) {
    const key = keyOf(way);
    const list = found.get(key);
    if (list === undefined) found.set(key, [way]);
    else list.push(way);
  }
  return found;
}

/** The first step that shows the packet itself; before it, what is sent may have passed programs. */
function identity({ steps }: PacketWay): Step {
  return steps.find(({ what }) => /^(sends|receives) {2}/.test(what)) ?? steps[0]!;
}

function keyOf(way: PacketWay): string {
  const step = identity(way);
  return `${step.time} ${describe(step)}`;
}

const describe = ({ where, what }: Step): string => `${where}  ${what}`;

/** A step without the name of the program that ran: what is attached in place is named after its file. */
const essence = ({ where, what }: Step): string => `${where}  ${what.replace(/^(\S+) \S+ returned /, "$1 returned ")}`;

function parting(first: readonly Step[], second: readonly Step[]): { first?: Step; second?: Step } | undefined {
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    const [a, b] = [first[i], second[i]];
    if (a !== undefined && b !== undefined && essence(a) === essence(b)) continue;
    return { ...(a && { first: a }), ...(b && { second: b }) };
  }
  return undefined;
}

function* readDifferences(first: Recording, second: Recording): Iterable<OtherDifference> {
  for (const socket of new Set([...first.reads.keys(), ...second.reads.keys()])) {
    const [a, b] = [first.reads.get(socket) ?? [], second.reads.get(socket) ?? []];
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      if (a[i]?.length === b[i]?.length && a[i]?.checksum === b[i]?.checksum) continue;
      yield { what: `socket ${socket}, packet ${i + 1} that it reads`, first: readText(a[i]), second: readText(b[i]) };
      break;
    }
  }
}

function readText(read: Read | undefined): string {
  if (read === undefined) return "none";
  return `#${read.packet}, ${read.length} bytes with CRC32c ${read.checksum.toString(16).padStart(8, "0")}`;
}

function* mapDifferences(first: Recording, second: Recording): Iterable<OtherDifference> {
  const [a, b] = [mapTexts(first), mapTexts(second)];
  for (const what of new Set([...a.keys(), ...b.keys()]))
    if (a.get(what) !== b.get(what)) yield { what, first: a.get(what) ?? "absent", second: b.get(what) ?? "absent" };
}

/** Entries of all maps at the end. */
function mapTexts({ result, hosts }: Recording): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, entries } of hosts === undefined ? (result?.maps ?? []) : [])
    for (const { key, value } of entries) found.set(`map ${name} key ${JSON.stringify(key)}`, JSON.stringify(value));
  return found;
}
