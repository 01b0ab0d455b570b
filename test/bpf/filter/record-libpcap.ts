/* Records what libpcap makes of the corpus: npx tsx test/bpf/filter/record-libpcap.ts */
import { writeFileSync } from "node:fs";
import { LINK_TYPES, type LinkTypeName } from "../../../src/bpf/filter/names/link-types.ts";
import { LibpcapCompiler } from "../../reference/libpcap-compiler.ts";
import { EXPRESSIONS, LONG_EXPRESSIONS } from "./corpus.ts";
import { COMPARED, COMPARED_LONG, digest, fingerprint, SNAP_LENGTH } from "./listings.ts";

const libpcap = LibpcapCompiler.load();
if (libpcap === undefined) throw new Error("libpcap is not installed");

function record(expressions: readonly string[], linkType: LinkTypeName, optimize: boolean): string {
  const settings = { linkType: LINK_TYPES[linkType], snapLength: SNAP_LENGTH, optimize };
  return expressions.map((text) => fingerprint(libpcap!.compile(text, settings).instructions)).join("");
}

function recordAll(expressions: readonly string[], linkTypes: readonly LinkTypeName[]) {
  const listings = linkTypes.map((linkType) => ({
    linkType,
    optimized: record(expressions, linkType, true),
    plain: record(expressions, linkType, false),
  }));
  return { expressions: digest(expressions), listings };
}

const recording = {
  version: libpcap.version,
  corpus: recordAll(EXPRESSIONS, COMPARED),
  long: recordAll(LONG_EXPRESSIONS, COMPARED_LONG),
};
writeFileSync(new URL("libpcap-listings.json", import.meta.url), `${JSON.stringify(recording, undefined, 2)}\n`);
