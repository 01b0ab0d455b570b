import type { ClassicPacket } from "../bpf/classic/packet.ts";
import type { DataStart } from "../bpf/filter/data-start.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { Skb } from "../packet/skb.ts";

/**
 * A place where programs attach, as a plugin. A hook says where its programs stand in a topology file, what they
 * see of a packet and what their return values mean. Running the program is an engine's job, never the hook's.
 */
export interface Hook {
  /** Unique among hooks; what reports call it. */
  readonly name: string;
  /** The part of a topology that the hook's programs are attached to. */
  readonly place: HookPlace;
  /** The key that attaches a program there; unique for its place. */
  readonly key: string;
  /** Program types that may be attached. */
  readonly programTypes: readonly ProgramType[];
  /**
   * Schema of an object form of the key's value, beside the plain program reference; it has a `program` property.
   * Absent: only a program reference may stand there.
   */
  readonly options?: JsonSchema;
  /** One line for editors and `netsim schema`. */
  readonly description: string;
  /** Points `view` at the packet as a program attached here sees it. Called once a packet; must not allocate. */
  bind(skb: Skb, site: HookSite, view: ClassicPacket): void;
  /** Where the data begins that `bind` shows, for languages that compile for it. Absent: where the socket's own does. */
  readonly dataStart?: DataStart;
  /** Says what the return value (unsigned 32 bits) does with the packet, in `verdict`. Must not allocate. */
  interpret(returnValue: number, site: HookSite, verdict: Verdict, options: unknown): void;
}

/** `socket`: on the way into a socket's receive queue. */
export type HookPlace = "socket";

/** `classic`: classic BPF with the ancillary loads of linux/filter.h. */
export type ProgramType = "classic";

/** What a hook may know of the spot where its program is attached. */
export interface HookSite {
  /** Address of the first byte that a program sees, in the skb's memory. */
  dataAddress: number;
  /** Bytes from there to the packet's end. */
  length: number;
  /** Bytes that are never trimmed away (include/linux/filter.h, the `cap` of sk_filter_trim_cap). */
  minimum: number;
}

/** What becomes of the packet; one object is reused for all packets. */
export interface Verdict {
  action: "pass" | "drop";
  /** Bytes from the site's first byte that are kept; meaningful for `pass`. */
  length: number;
}
