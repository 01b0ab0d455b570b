import type { PacketGroup, PlaceOutcome } from "./outcome.ts";

/** Something that people trip over: the sentence to tell, where what came of packets shows it. */
type Trap = (groups: readonly PacketGroup[]) => string | undefined;

const at = ({ outcomes }: PacketGroup, pattern: RegExp): PlaceOutcome | undefined =>
  outcomes.find(({ place }) => pattern.test(place));

const isLost = (outcome: PlaceOutcome | undefined): boolean => outcome?.row?.fate === "lost";

/** A load outside the packet ends a program with 0, which every place reads in its own way. */
const endedByLoad: Trap = (groups) => {
  const ended = ({ outcomes }: PacketGroup) => outcomes.filter((outcome) => outcome.endedByLoad).length;
  const group = groups.filter((one) => ended(one) > 0).sort((a, b) => ended(b) - ended(a))[0];
  if (group === undefined) return undefined;
  const told = group.outcomes
    .filter((outcome) => outcome.endedByLoad)
    .map(({ place, verdict }) => `${place}: ${verdict}`);
  return `A load outside packet ${group.packets[0]} ends the program with 0, whatever it was to return. ${told.join(", ")}.`;
};

/** Taps stand before tc on the way in and behind it on the way out. */
const seenThoughDropped: Trap = (groups) =>
  groups.some((group) => isLost(at(group, /^(tcx-|tc-(filter direct-action|action))/)))
    ? "A sniffer sees an incoming packet that tc ingress then drops, and does not see an outgoing one that tc egress dropped. XDP drops before both."
    : undefined;

/** A socket filter's 0 drops; a classifier's 0 is no match, or TC_ACT_OK. */
const zeroAccepts: Trap = (groups) => {
  const group = groups.find((one) => isLost(at(one, /^socket-filter/)) && at(one, /direct-action/)?.verdict === "ok");
  if (group === undefined) return undefined;
  return "0 drops at a socket, is no match for a classifier, and is TC_ACT_OK with direct action and at actions: what a socket filter keeps out they let through.";
};

/** OK ends the chain. */
const okEnds: Trap = (groups) =>
  groups.some((group) => at(group, /direct-action/)?.verdict === "ok")
    ? "TC_ACT_OK ends the filters: those behind this one never see the packet. To leave the decision to them return TC_ACT_UNSPEC (-1)."
    : undefined;

/** At a qdisc filters that do not match lead to the default class, or at fq_codel to a drop. */
const unmatchedAtQdisc: Trap = (groups) =>
  groups.some((group) => at(group, /^tc-filter$/)?.verdict === "unmatched")
    ? "A packet that no filter matches goes to the default class of htb, but fq_codel with filters drops it."
    : undefined;

/** A received tag is beside the packet everywhere but at XDP. */
const tagBeside: Trap = (groups) =>
  groups.some(({ isTagged }) => isTagged)
    ? "A received VLAN tag lies beside the packet, not in its bytes: offsets do not move and `vlan` needs the ancillary loads or vlan_present. Only XDP sees it in the bytes."
    : undefined;

/** Return values mean bytes to a socket, and classes to a classifier. */
const lengthAsClass: Trap = (groups) => {
  const group = groups.find(
    (one) =>
      at(one, /^socket-filter/)?.row?.fate === "goes on" && /^[1-9a-f]\w*:/.test(at(one, /^tc-filter$/)?.class ?? ""),
  );
  const outcome = group && at(group, /^tc-filter$/);
  if (outcome === undefined || outcome.returned === 0xffff_ffff) return undefined;
  return `A socket filter's number of bytes is a class to a classifier: ${outcome.returned} is ${outcome.class}. Return -1 for the filter's own class.`;
};

const TRAPS: readonly Trap[] = [
  endedByLoad,
  zeroAccepts,
  lengthAsClass,
  okEnds,
  seenThoughDropped,
  unmatchedAtQdisc,
  tagBeside,
];

/** The traps that what came of packets shows. */
export function trapsOf(groups: readonly PacketGroup[]): string[] {
  return TRAPS.flatMap((trap) => trap(groups) ?? []);
}
