import { ATTACH_TYPE } from "./attach-type.ts";
import { SECTION_KINDS, type SectionKind } from "./section-kinds.ts";

/** What a section's name says of its programs: see ObjectProgram. */
export interface SectionMeaning {
  readonly autoload: boolean;
  readonly type: string | undefined;
  readonly attachType: number | undefined;
  readonly attachTarget: string | undefined;
  readonly flags: number;
}

const SLEEPABLE = 1 << 4;
const XDP_HAS_FRAGS = 1 << 5;

/** Kinds that libbpf before 1.0 took from the beginning of a name, whatever followed: `classifier_eth0`, `xdp_prog`. */
const BY_BEGINNING: ReadonlySet<string> = new Set([
  "socket",
  "classifier",
  "action",
  "tc",
  "xdp",
  "perf_event",
  "lwt_in",
  "lwt_out",
  "lwt_xmit",
  "lwt_seg6local",
  "sockops",
  "sk_skb",
  "sk_msg",
  "sk_reuseport",
  "flow_dissector",
  "cgroup/skb",
  "cgroup/sock",
  "cgroup/dev",
  "sk_lookup",
  "lirc_mode2",
]);
/** The longest that fits wins. */
const BEGINNINGS = SECTION_KINDS.filter(({ name }) => BY_BEGINNING.has(name)).sort(
  (a, b) => b.name.length - a.name.length,
);

/** @param given types of sections that have none of their own. */
export function findSectionKind(section: string, given: Readonly<Record<string, string>> = {}): SectionMeaning {
  const autoload = !section.startsWith("?");
  const name = autoload ? section : section.slice(1);
  const exact = SECTION_KINDS.find((kind) => fits(kind, name));
  const named = exact === undefined && Object.hasOwn(given, name) ? given[name] : undefined;
  if (named !== undefined) return { autoload, type: named, attachType: undefined, attachTarget: undefined, flags: 0 };
  const found = exact ?? BEGINNINGS.find((kind) => name.startsWith(kind.name));
  if (found === undefined)
    return { autoload, type: undefined, attachType: undefined, attachTarget: undefined, flags: 0 };
  const target = name.slice(found.name.length + 1);
  return {
    autoload,
    type: found.type,
    attachType: found.attachType === undefined ? undefined : ATTACH_TYPE[found.attachType],
    attachTarget: name[found.name.length] === "/" && target !== "" ? target : undefined,
    flags: (found.sleepable === true ? SLEEPABLE : 0) | (found.fragments === true ? XDP_HAS_FRAGS : 0),
  };
}

function fits(kind: SectionKind, name: string): boolean {
  return kind.target === true ? name === kind.name || name.startsWith(`${kind.name}/`) : name === kind.name;
}
