import type { Place } from "../errors.ts";
import type { Hook } from "../hooks/hook.ts";
import type { LoadedProgram } from "../programs/language.ts";
import type { Policy } from "../seccomp/policy.ts";
import type { QdiscModel, TcFilterModel } from "../topology/model.ts";
import type { FlowTables } from "./ovs/flow-tables.ts";
import type { ProgramFacts } from "./program/program-facts.ts";

/** Something that compiles and loads but bites: a check of its own. */
export interface Rule {
  /** Unique; what findings are called that have no name of their own. */
  readonly name: string;
  check(subject: Subject): Iterable<Finding>;
}

export interface Finding {
  /** Of rules that pass on what others find: what those call it. */
  readonly rule?: string;
  readonly place: Place;
  /** A full sentence. */
  readonly message: string;
  /** What to do; a full sentence. */
  readonly hint: string;
}

/** What rules look at. */
export interface Subject {
  /** The topology's file. */
  readonly file: string;
  readonly uses: readonly ProgramUse[];
  readonly qdiscs: readonly QdiscUse[];
  readonly switches: readonly FlowTables[];
  readonly policies: readonly PolicyUse[];
  readonly maps: readonly MapUse[];
}

/** A program where it is attached. */
export interface ProgramUse extends ProgramFacts {
  readonly program: string;
  readonly loaded: LoadedProgram;
  readonly hook: Hook;
  readonly place: Place;
  /** Of filters of traffic control. */
  readonly filter?: TcFilterModel;
  /** The qdisc whose filter it is; absent: it stands elsewhere. */
  readonly qdisc?: QdiscModel;
  /** Others follow it in its list. */
  readonly hasNext: boolean;
}

export interface QdiscUse {
  readonly device: string;
  readonly qdisc: QdiscModel;
}

/** A profile or filter of system calls that a process has. */
export interface PolicyUse {
  readonly program: string;
  readonly policy: Policy;
  readonly place: Place;
}

/** A map with all that programs do to it. */
export interface MapUse {
  readonly name: string;
  /** As bpftool names it. */
  readonly type: string;
  readonly keySize: number;
  readonly maxEntries: number;
  /** Somebody else than a program deletes entries. */
  readonly isSwept: boolean;
  /** Numbers of the helpers that programs call on it. */
  readonly helpers: ReadonlySet<number>;
  readonly place: Place;
}
