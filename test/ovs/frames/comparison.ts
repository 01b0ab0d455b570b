import fc from "fast-check";
import { NetsimError } from "../../../src/errors.ts";
import { OurSwitch, type Sent } from "../../network/ovs/our-switch.ts";
import { type DrawnFrame, FRAME } from "./frame-grammar.ts";
import { RealSwitch } from "./real-switch.ts";
import { GROUPS, TABLE } from "./table-grammar.ts";

/** A frame that leaves the two differently. */
export interface Difference {
  readonly flows: readonly string[];
  /** Those that came before it, and itself last. */
  readonly frames: readonly ({ readonly port: string } & DrawnFrame)[];
  readonly have: Sent;
  readonly want: Sent;
}

const PORTS = ["p1", "p2", "p3", "p4"];
const FRAMES = 16;

/** Sends frames through tables drawn from the grammar, 16 through each. */
export async function compare(tables: number, seed: number): Promise<{ frames: number; differences: Difference[] }> {
  const differences: Difference[] = [];
  let frames = 0;
  let real = await open();
  try {
    const drawn = fc.record({
      flows: TABLE,
      frames: fc.array(fc.record({ port: fc.constantFrom("p1", "p1", "p2"), drawn: FRAME }), {
        minLength: FRAMES,
        maxLength: FRAMES,
      }),
    });
    for (const one of fc.sample(drawn, { numRuns: tables, seed })) {
      const found = await compareTable(real, one.flows, one.frames).catch(async (error): Promise<Outcome> => {
        // Tables that end it (3.1.0 does not freeze an action set without actions beside it) say nothing.
        if (await real.isAlive()) throw error;
        real.stop();
        real = await open();
        return { frames: 0 };
      });
      frames += found.frames;
      if (found.difference !== undefined) differences.push(found.difference);
    }
  } finally {
    real.stop();
  }
  return { frames, differences };
}

async function open(): Promise<RealSwitch> {
  const real = await RealSwitch.open(PORTS.map((name, i) => ({ name, ofport: i + 1 })));
  real.vswitchd.replaceGroups(GROUPS.join("\n"));
  return real;
}

interface Outcome {
  readonly frames: number;
  readonly difference?: Difference;
}

/** Up to the first frame that leaves differently: what comes after may be due to it. */
async function compareTable(
  real: RealSwitch,
  drawn: readonly string[],
  frames: readonly { readonly port: string; readonly drawn: DrawnFrame }[],
): Promise<Outcome> {
  const refused = real.vswitchd.addEach(drawn);
  const flows = drawn.filter((flow, i) => refused[i] === undefined && isTaken(flow));
  if (flows.length < drawn.length) real.vswitchd.replaceFlows(flows.join("\n"));
  await real.control.call("fdb/flush", "br0");
  await real.control.call("revalidator/purge");
  const ours = new OurSwitch(PORTS, { flows, groups: GROUPS });
  for (const [i, { port, drawn: one }] of frames.entries()) {
    if (isOtherwiseInLinux(flows, one)) continue;
    const want = await real.send(port, one.frame);
    const have = ours.send(port, one.frame);
    ours.settle();
    if (PORTS.every((name) => sameFrames(have[name], want[name]))) continue;
    const before = frames.slice(0, i + 1).map((sent) => ({ port: sent.port, ...sent.drawn }));
    return { frames: i + 1, difference: { flows, frames: before, have, want } };
  }
  return { frames: frames.length };
}

/** Whether the datapath in user space treats a frame as Linux, and netsim, never does. */
function isOtherwiseInLinux(flows: readonly string[], { frame, layers }: DrawnFrame): boolean {
  const has = (pattern: RegExp) => flows.some((flow) => pattern.test(flow));
  // Linux puts no label behind a tag that it has seen; user space writes it over the tag.
  if (TWO_TAGS.test(frame) && has(/push_mpls/)) return true;
  // Linux hashes what is behind all tags, user space no more of them than flows may match.
  if (/^.{24}(?:8100|88a8)/.test(frame) && has(/group:5/) && has(/push_vlan/)) return true;
  // User space mends what stands in later fragments where others have the transport checksum.
  const isLater = layers.some(({ ip, fragment }) => ((ip ?? fragment) as { offset?: number } | undefined)?.offset);
  return isLater && has(/->NXM_(?:OF_IP|NX_IPV6)_|->ip(?:v6)?_(?:src|dst)/);
}

const TWO_TAGS = /^.{24}(?:8100|88a8).{4}(?:8100|88a8)/;

/** What the outermost tag has, in hexadecimal digits. */
const TAG = 8;

/**
 * Whether a port sends the same. Where Linux cuts a packet short it does not count the outermost tag, which is not in the
 * packet's bytes there; the datapath in user space does.
 */
function sameFrames(have: readonly string[] = [], want: readonly string[] = []): boolean {
  return (
    have.length === want.length &&
    have.every((frame, i) => {
      const other = want[i]!;
      if (frame === other) return true;
      return isTagged(frame) && frame.length - other.length <= TAG && frame.startsWith(other);
    })
  );
}

function isTagged(frame: string): boolean {
  return /^.{24}(?:8100|88a8)/.test(frame);
}

/** Whether netsim takes a flow; what the two say of those that they refuse is compared elsewhere. */
function isTaken(flow: string): boolean {
  try {
    new OurSwitch(PORTS, { flows: [flow], groups: GROUPS });
    return true;
  } catch (error) {
    if (error instanceof NetsimError) return false;
    throw error;
  }
}
