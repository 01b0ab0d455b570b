import type { ClassicPacket } from "../bpf/classic/packet.ts";
import type { Btf } from "../bpf/object/btf/btf-type.ts";
import type { ProgramType } from "../bpf/program-type.ts";
import type { VerifierResult } from "../bpf/verifier/verifier-result.ts";
import type { ContextLayout } from "../bpf/vm/environment.ts";
import type { HostFunction } from "../bpf/vm/host-function.ts";

/** What programs of one type are given, one packet (or call, or event) after another. */
export type ProgramContext<Subject, Site> = ClassicContext<Subject, Site> | ExtendedContext<Subject, Site>;

interface Bound<Subject, Site> {
  /**
   * Makes the subject the one that programs see from now on, until `leave`; runs may nest. Must not allocate.
   * @returns R1 of extended programs; 0 for classic ones.
   */
  enter(subject: Subject, site: Site): number;
  /** Takes over what the program changed, and shows the subject of before again. */
  leave(subject: Subject, site: Site): void;
}

/** For classic programs: the packet that their loads read. */
export interface ClassicContext<Subject, Site> extends Bound<Subject, Site> {
  readonly kind: "classic";
  readonly view: ClassicPacket;
}

/** For extended programs: a block in the machine's memory, and helpers. */
export interface ExtendedContext<Subject, Site> extends Bound<Subject, Site> {
  readonly kind: "extended";
  /** What the verifier holds programs against: fields, helpers, return values. */
  readonly programType: ProgramType;
  /** The types of the kernel that its programs get pointers to structs of; absent: nothing is known of them but their names. */
  readonly kernelTypes?: Btf;
  /** What its programs are attached to, where their arguments are its own: a function of the kernel, a tracepoint. */
  readonly attachTarget?: string;
  /** What engines know of the block. */
  readonly layout: ContextLayout;
  /** What is done to a program that the verifier has accepted before it is loaded; absent: nothing. */
  adapt?(program: Uint8Array, verified: Pick<VerifierResult, "insight">): Uint8Array;
  /** The helpers that are simulated, by number; they may look at the subject of the innermost `enter`. */
  readonly helpers: ReadonlyMap<number, HostFunction>;
}
