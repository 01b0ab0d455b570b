import { outcomeAtSeccomp, returning } from "../compare/places/bare-value.ts";
import { comparePlaces } from "../compare/places/compare-places.ts";
import { samplePackets } from "../compare/places/samples.ts";
import { EXIT, type ExitCode, fail } from "../errors.ts";
import { containerWith } from "../open-topology.ts";
import { describePlaces, placesAsMarkdown } from "../report/compare-places.ts";
import { painter } from "../report/paint.ts";
import { packetsOf } from "../testing/run-program-test.ts";
import { TOKENS } from "../tokens.ts";
import type { Terminal } from "./command.ts";
import type { CompareFlags } from "./compare.ts";
import type { Subject } from "./compare-subject.ts";

/** Puts one program, or a value that a program might return, at every place that takes it. */
export async function compareAtPlaces(
  name: string,
  subject: Extract<Subject, { kind: "value" | "program" }>,
  flags: CompareFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (flags.lab || flags.engines !== undefined || flags.until !== undefined)
    fail("usage", "--lab, --engines and --until are for topologies.");
  const container = await containerWith(flags.plugin ?? []);
  // Of a value all packets are one, whole packet of TCP.
  const samples = subject.kind === "value" ? samplePackets().slice(0, 1) : samplePackets();
  const { section } = flags;
  const comparison = comparePlaces(
    subject.kind === "value" ? `return ${name}` : name,
    (hook) =>
      subject.kind === "value"
        ? returning(subject.value, hook)
        : { ...subject.source, options: section === undefined ? {} : { section } },
    flags.packets === undefined ? samples : packetsOf(flags.packets),
    container.get(TOKENS.HookRegistry),
    container.get(TOKENS.LanguageRegistry),
    subject.kind === "value" ? [outcomeAtSeccomp(subject.value)] : [],
  );
  if (flags.json) terminal.out(`${JSON.stringify(comparison, undefined, 2)}\n`);
  else
    terminal.out(
      flags.markdown ? placesAsMarkdown(comparison) : describePlaces(comparison, painter(terminal.outColor)),
    );
  return EXIT.ok;
}
