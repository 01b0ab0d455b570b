import type { Place } from "../errors.ts";
import type { Hook } from "../hooks/hook.ts";
import type { LoadedProgram } from "../programs/language.ts";
import type { QdiscModel, TcFilterModel } from "../topology/model.ts";

/** Something that compiles and loads but bites: a check of its own. */
export interface Rule {
  /** Unique; what findings are called. */
  readonly name: string;
  check(subject: Subject): Iterable<Finding>;
}

export interface Finding {
  readonly place: Place;
  /** A full sentence. */
  readonly message: string;
  /** What to do; a full sentence. */
  readonly hint: string;
}

/** What rules look at. */
export interface Subject {
  readonly uses: readonly ProgramUse[];
  readonly qdiscs: readonly QdiscUse[];
}

/** A program where it is attached. */
export interface ProgramUse {
  readonly program: string;
  readonly loaded: LoadedProgram;
  readonly hook: Hook;
  readonly place: Place;
  /** Constants that it returns, signed. */
  readonly returns: readonly number[];
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
