import type { Diagnostic, Place } from "../../errors.ts";
import type { Architecture } from "../architecture/architecture.ts";

/** `(argument & mask) OPERATOR value`, unsigned on 64 bits. Masks but ALL_BITS and LOW_HALF go with `eq` and `ne` only. */
export interface Condition {
  /** Which argument, 0..5. */
  readonly argument: number;
  readonly operator: ConditionOperator;
  /** 0 .. 2^64 - 1. */
  readonly value: bigint;
  /** 0 .. 2^64 - 1. */
  readonly mask: bigint;
}

export type ConditionOperator = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** All bits of an argument. */
export const ALL_BITS = 0xffff_ffff_ffff_ffffn;

/** Those that an int has. */
export const LOW_HALF = 0xffff_ffffn;

/** One thing that a profile says of a call. */
export interface Rule {
  /** Name of the call, or its number on the architecture. */
  readonly call: string | number;
  /** What the filter returns where every condition holds; unsigned. */
  readonly action: number;
  readonly conditions: readonly Condition[];
  /** Architectures that the rule is for; absent: all of the profile's. */
  readonly only?: readonly Architecture[];
  readonly place?: Place;
}

/**
 * How several rules of one call go together:
 * - `libseccomp`: a rule without conditions is all there is to its call, and the first such rule counts; of rules with conditions
 *   whose actions differ, the strictest of those that hold;
 * - `first`: the first rule that holds.
 */
export type RuleOrder = "libseccomp" | "first";

/** A policy, whatever language it was written in. */
export interface Profile {
  readonly file: string;
  /** The language: "oci", "rules", "minijail", "systemd" or "kafel". */
  readonly language: string;
  /** Architectures whose calls the profile judges, the first one its main one. */
  readonly architectures: readonly Architecture[];
  /** What the filter returns for calls without a rule that holds; unsigned. */
  readonly defaultAction: number;
  /** The same for calls of any other architecture. */
  readonly badArchitecture: number;
  readonly rules: readonly Rule[];
  readonly order: RuleOrder;
  /** SECCOMP_FILTER_FLAG_ names without that beginning. */
  readonly flags: readonly string[];
  /** UNIX socket of the supervisor of NOTIFY rules. */
  readonly listenerPath?: string;
  /** What is odd about the profile, though no mistake. */
  readonly warnings: readonly Diagnostic[];
}

/** What a profile is read for. */
export interface ProfileTarget {
  /** The machine's architecture: what includes, excludes and archMap choose by. */
  readonly architecture: Architecture;
  /** Capabilities of the process, such as "CAP_SYS_ADMIN". */
  readonly capabilities: ReadonlySet<string>;
  /** Kernel release; absent: newer than any that a profile asks for. */
  readonly kernel?: string;
}

/** What Docker and Podman leave a container that asks for nothing (moby, oci/caps/defaults.go). */
export const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_NET_RAW",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
]);
