import type { DataStart } from "../bpf/filter/data-start.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { HookPlace, HookPlaces } from "./places.ts";
import type { ProgramContext } from "./program-context.ts";
import type { HookServices } from "./services.ts";

export type {
  CgroupVerdict,
  EventSite,
  EventSubject,
  EventVerdict,
  HashVerdict,
  HookPlace,
  HookPlaces,
  HostSite,
  LwtVerdict,
  MatchVerdict,
  PacketSite,
  PppSite,
  ProgramHost,
  SocketSite,
  SocketVerdict,
  TcActionSite,
  TcActionVerdict,
  TcFilterSite,
  TcFilterVerdict,
  XdpSite,
  XdpVerdict,
} from "./places.ts";

/**
 * A place where programs attach, as a plugin. A hook says where its programs stand in a topology file, what they are given and
 * what their return values mean. Running the program is an engine's job, never the hook's.
 */
export interface HookAt<P extends HookPlace> {
  /** Unique among hooks; what reports call it. */
  readonly name: string;
  /** The part of a topology that the hook's programs are attached to. */
  readonly place: P;
  /** The key that attaches a program there; unique for its place. */
  readonly key: string;
  /**
   * Types of programs that may be attached: `classic`, or as bpftool names them (`socket_filter`, `sched_cls`). A program that does
   * not say its type is of the first that is not classic.
   */
  readonly programTypes: readonly string[];
  /** `enum bpf_attach_type` that programs are verified for; 0 where it is absent. */
  readonly attachType?: number;
  /** Whether the kernel takes programs there that were loaded for an attach type; absent: whatever they were loaded for. */
  takesAttachType?(attachType: number): boolean;
  /**
   * Schema of an object form of the key's value, beside the plain program reference; it has a `program` property.
   * Absent: only a program reference may stand there.
   */
  readonly options?: JsonSchema;
  /** Where the data begins that programs see, for languages that compile for it. Absent: where that of the place does. */
  readonly dataStart?: DataStart;
  /** Instructions of the longest classic program that may be attached; absent: as many as a program may have. */
  readonly mostInstructions?: number;
  /** One line for editors and `netsim schema`. */
  readonly description: string;
  /** What can come of a run, in the words of reports; `interpret` names one by its index. */
  readonly outcomes: readonly Outcome[];
  /**
   * What programs of a type are given here. Called once a run of a topology for each type that is attached. Absent: what all programs of the
   * type are given (`Contexts`), which needs a place whose subject is a packet.
   */
  context?(type: string, services: HookServices): ProgramContext<HookPlaces[P]["subject"], HookPlaces[P]["site"]>;
  /**
   * Says in `verdict` what the return value (unsigned 32 bits) does, and returns the outcome's index. Must not allocate.
   * @param options the value under the hook's key as the file has it.
   * @param subject as the program left it.
   */
  interpret(
    returnValue: number,
    site: HookPlaces[P]["site"],
    verdict: HookPlaces[P]["verdict"],
    options: unknown,
    subject: HookPlaces[P]["subject"],
  ): number;
}

/** One of the things that can come of a run. */
export interface Outcome {
  /** As in `dropped`; a key in the JSON result. */
  readonly name: string;
  /** An outcome that this one is a kind of, and in whose number it counts: `trimmed` is within `passed`. */
  readonly within?: string;
  /** The row of the hook's table of return values, which `netsim compare` shows. */
  readonly row?: OutcomeRow;
}

/** Which return values lead to an outcome, and what the place does then. */
export interface OutcomeRow {
  /** As in `TC_ACT_SHOT 2`, or words where other things decide. */
  readonly returns: string;
  /** As in `the packet is dropped`. */
  readonly does: string;
  /** What that comes to: the packet goes on its way, is lost, goes somewhere else, or what comes next decides. */
  readonly fate: "goes on" | "lost" | "elsewhere" | "open";
}

/** A hook of any place. */
export type Hook = { [P in HookPlace]: HookAt<P> }[HookPlace];
