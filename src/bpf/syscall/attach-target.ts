import type { ProgramObject } from "./objects.ts";

/** BPF_F_* of BPF_PROG_ATTACH. */
export const ATTACH_FLAG = {
  ALLOW_OVERRIDE: 1,
  ALLOW_MULTI: 2,
  REPLACE: 4,
  BEFORE: 8,
  AFTER: 16,
  ID: 32,
  PREORDER: 64,
  LINK: 1 << 13,
} as const;

/** One program's way to its place. */
export interface Attaching {
  readonly attachType: number;
  /** ATTACH_FLAG */
  readonly flags: number;
  /** With REPLACE: the program whose place it takes. */
  readonly replaced?: ProgramObject | undefined;
  /** The program that it shall stand before, or after; a negative error number where there is no such program. */
  readonly relative?: ProgramObject | number | undefined;
}

/** What BPF_PROG_QUERY tells. */
export interface AttachedPrograms {
  /** Ids, in the order in which they run. */
  readonly programs: readonly number[];
  /** Flags that the next one must be attached with. */
  readonly flags: number;
}

/** What programs are attached to by a descriptor, as the part that simulates it gives it. Error numbers are negative. */
export interface AttachTarget {
  /** Gives the program whose place it took, or 0. */
  attach(program: ProgramObject, attaching: Attaching): ProgramObject | number;
  /** Gives the program that was there. @param program undefined: whichever it is. */
  detach(program: ProgramObject | undefined, attachType: number): ProgramObject | number;
  /** @param effective also those of whatever it is part of. */
  query(attachType: number, effective: boolean): AttachedPrograms | number;
}
