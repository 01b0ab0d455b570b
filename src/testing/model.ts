import type { DataStart } from "../bpf/filter/data-start.ts";
import type { Place } from "../errors.ts";
import type { Hook } from "../hooks/hook.ts";
import type { SeccompFilter } from "../hooks/seccomp/filter.ts";
import type { Architecture } from "../seccomp/architecture/architecture.ts";
import type { NamedCall } from "../seccomp/calls/written-call.ts";
import type { BuildContext } from "../topology/build/context.ts";
import type { Maps } from "../topology/build/maps.ts";
import type { AttachmentModel, CountTest, Topology } from "../topology/model.ts";

import type { Span } from "../topology/yaml/source-text.ts";
import type { YamlValue } from "../topology/yaml/value.ts";
import type { ContextValues } from "./context-fields.ts";

/** A checked test of a policy. */
export type PolicyTest = ProgramTest | SeccompTest;

export interface ProgramTest {
  readonly kind: "program";
  readonly file: string;
  readonly name: string;
  /** The program with its maps, and no network. */
  readonly topology: Topology;
  readonly attachment: AttachmentModel;
  readonly hook: Hook;
  readonly settings: HookSettings;
  readonly cases: readonly ProgramCase[];
  /** What reads the cases' map entries, once the maps are known: those of an object are when it is loaded. */
  readonly maps: Maps;
  readonly context: BuildContext;
}

/** How the place is configured where the program runs. */
export interface HookSettings {
  readonly dataStart: DataStart;
  readonly directAction: boolean;
  readonly classid: number;
  /** One of TC_ACT. */
  readonly configured: number;
  /** Bytes that a socket filter cannot trim away. */
  readonly minimum: number;
}

export interface ProgramCase {
  readonly name: string;
  readonly place: Place;
  readonly subject:
    | { readonly kind: "packet"; readonly bytes: Uint8Array }
    | { readonly kind: "capture"; readonly file: string; readonly place: Place };
  readonly fields: readonly ContextValues[];
  /** What maps hold beside their contents. */
  readonly maps: readonly NamedValue[];
  readonly checks: readonly ProgramCheck[];
  readonly mapChecks: readonly NamedValue[];
  readonly split?: Split;
}

/** Something that a map's name stands before. */
export interface NamedValue {
  readonly name: string;
  readonly key: Span;
  readonly value: YamlValue;
}

/** How many packets or calls should come to what; what is not named should not occur. */
export interface Split {
  readonly place: Place;
  readonly tests: ReadonlyMap<string, CountTest>;
}

/** Something that a case expects of the program's run. */
export interface ProgramCheck {
  readonly subject: string;
  readonly expected: string;
  readonly span: Span;
  readonly place: Place;
  /** What the run gave; undefined where that is as expected. */
  differs(run: ProgramRun): string | undefined;
}

/** A run to be looked at. */
export interface ProgramRun {
  /** Unsigned, 32 bits. */
  readonly returnValue: number;
  readonly verdict: string;
  /** Of socket filters: bytes kept. */
  readonly length: number;
  /** Of traffic control. */
  readonly action: number;
  readonly classid: number;
  field(name: string): number;
  readonly words: Int32Array;
  /** The packet as it is now. */
  bytes(): Uint8Array;
}

export interface SeccompTest {
  readonly kind: "seccomp";
  readonly file: string;
  readonly name: string;
  readonly architecture: Architecture;
  /** In the order of their installation. */
  readonly filters: readonly { readonly file: string; readonly filter: SeccompFilter }[];
  readonly cases: readonly SeccompCase[];
}

export interface SeccompCase {
  readonly name: string;
  readonly place: Place;
  readonly subject:
    | { readonly kind: "call"; readonly call: NamedCall }
    | { readonly kind: "trace"; readonly file: string; readonly place: Place };
  readonly checks: readonly CallCheck[];
  readonly split?: Split;
}

/** Something that a case expects of a call. */
export interface CallCheck {
  readonly subject: string;
  readonly expected: string;
  readonly span: Span;
  readonly place: Place;
  differs(call: CallOutcome): string | undefined;
}

export interface CallOutcome {
  /** As in `ERRNO(1)`. */
  readonly verdict: string;
  /** 0: none. */
  readonly errno: number;
  readonly signal: string | undefined;
  readonly runs: boolean;
}
