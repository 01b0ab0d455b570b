import { createHash } from "node:crypto";
import type { ClassicInstruction } from "../../../src/bpf/classic/instruction.ts";
import { compileFilter } from "../../../src/bpf/filter/compile.ts";
import { LINK_TYPES, type LinkTypeName } from "../../../src/bpf/filter/names/link-types.ts";
import { ProgramTextError } from "../../../src/bpf/program-text-error.ts";

/** Link types that the whole corpus is compiled for. */
export const COMPARED: readonly LinkTypeName[] = [
  "EN10MB",
  "LINUX_SLL",
  "LINUX_SLL2",
  "RAW",
  "NULL",
  "LOOP",
  "IEEE802_11",
  "IEEE802_11_RADIO",
  "IEEE802_11_RADIO_AVS",
  "PRISM_HEADER",
  "PPI",
  "PPP",
  "PPP_PPPD",
  "PPP_BSDOS",
  "PPP_ETHER",
  "SLIP",
  "C_HDLC",
  "FRELAY",
  "IEEE802",
  "FDDI",
  "ARCNET",
  "ATM_RFC1483",
  "SUNATM",
  "IP_OVER_FC",
  "IPNET",
  "PFLOG",
  "NETANALYZER",
  "JUNIPER_ETHER",
  "MTP2",
  "BACNET_MS_TP",
];

/** Those for the expressions that take long. */
export const COMPARED_LONG: readonly LinkTypeName[] = ["EN10MB"];

export const SNAP_LENGTH = 65_535;

/** What an expression is compiled to; undefined: it is refused. */
export function compiled(text: string, linkType: LinkTypeName, optimize: boolean): ClassicInstruction[] | undefined {
  try {
    return compileFilter(text, { linkType: LINK_TYPES[linkType], snapLength: SNAP_LENGTH, optimize });
  } catch (error) {
    if (error instanceof ProgramTextError) return undefined;
    throw error;
  }
}

/** Six characters that stand for a program; dashes for a refusal. */
export function fingerprint(instructions: readonly ClassicInstruction[] | undefined): string {
  if (instructions === undefined) return "------";
  const text = instructions.map(({ code, jt, jf, k }) => `${code},${jt},${jf},${k}`).join(";");
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

/** Stands for a list of expressions, so that a recording is not compared with another list. */
export function digest(expressions: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(expressions)).digest("hex").slice(0, 16);
}
