import { fail, NetsimError } from "../../errors.ts";
import type { Hook } from "../../hooks/hook.ts";
import { dissect } from "../../packet/dissect/dissect.ts";
import type { ProgramLanguage } from "../../programs/language.ts";
import type { Registry } from "../../registry.ts";
import { targetOf } from "../../run/tracing-targets.ts";
import { CONTEXT_FIELDS } from "../../testing/context-fields.ts";
import { PathRecorder } from "../../testing/path-recorder.ts";
import { type PacketAt, ProgramBench } from "../../testing/program-bench.ts";
import type { ProgramSource } from "../../topology/model.ts";
import { formatClassid } from "../../topology/quantity/classid.ts";
import { withoutNetwork } from "../../topology/without-network.ts";
import type { PacketGroup, PlaceOutcome, PlacesComparison } from "./outcome.ts";
import { type Place, placesOf } from "./place.ts";
import { trapsOf } from "./traps.ts";

/** What a program's form is taken at. @param hook one that is asked about. */
export type SourceFor = (hook: Hook) => ProgramSource;

/**
 * Runs a program on packets at every place that takes it. Throws a NetsimError where it makes no sense anywhere.
 * @param sourceFor the program as it is written for a hook.
 * @param more outcomes at places that are no hooks, the same for every packet.
 */
export function comparePlaces(
  program: string,
  sourceFor: SourceFor,
  packets: Iterable<PacketAt>,
  hooks: Registry<Hook>,
  languages: Registry<ProgramLanguage>,
  more: readonly PlaceOutcome[] = [],
): PlacesComparison {
  const open: OpenPlace[] = [];
  const refused: { place: string; reason: string; error: NetsimError }[] = [];
  const places = placesOf(hooks);
  const [first] = places;
  if (first !== undefined) refuseTracing(sourceFor(first.hook), languages);
  for (const place of places) {
    try {
      open.push(new OpenPlace(place, sourceFor(place.hook), languages));
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      refused.push({ place: place.name, reason: error.message.split("\n")[0]!, error });
    }
  }
  if (open.length === 0) throw refused[0]!.error;
  const groups = new Map<string, PacketGroup & { packets: number[] }>();
  let number = 0;
  for (const packet of packets) {
    number++;
    const outcomes = [...open.flatMap((one) => one.run(packet) ?? []), ...more];
    const isTagged = open.some((one) => one.sawTag);
    const key = JSON.stringify([
      isTagged,
      outcomes.map(({ place, verdict, class: of, endedByLoad }) => [place, verdict, of, endedByLoad]),
    ]);
    const group = groups.get(key);
    if (group !== undefined) group.packets.push(number);
    else {
      const example = dissect(packet.bytes, packet.start, packet.length, packet.linkType);
      groups.set(key, { packets: [number], example, isTagged, differs: differs(outcomes), outcomes });
    }
  }
  const sorted = [...groups.values()].sort((a, b) => Number(b.differs) - Number(a.differs));
  return {
    program,
    packets: number,
    places: [...open.map(({ place }) => place.name), ...more.map(({ place }) => place)],
    refused: refused.map(({ place, reason }) => ({ place, reason })),
    groups: sorted,
    traps: trapsOf(sorted),
  };
}

/** Programs at events see packets on their way, and decide nothing about them. */
function refuseTracing(source: ProgramSource, languages: Registry<ProgramLanguage>): void {
  const { name, file, language, place } = source;
  const topology = withoutNetwork({ file, name, programs: new Map([[name, source]]) });
  const loaded = languages.get(language).load(source, topology);
  const traced = targetOf(loaded);
  if (traced === undefined) return;
  fail("unsupported", `Program '${loaded.name}' traces ${traced.target}: it decides nothing about packets.`, {
    place,
    hint: "A topology runs it under `tracing`.",
  });
}

/** Whether places lead to different ends, or sockets get different parts. */
function differs(outcomes: readonly PlaceOutcome[]): boolean {
  const ends = outcomes.map(({ row, verdict, class: of }) => `${row?.fate ?? verdict} ${of ?? ""}`);
  return new Set(ends).size > 1 || new Set(outcomes.map(({ verdict }) => verdict === "trimmed")).size > 1;
}

const FIELDS = Object.entries(CONTEXT_FIELDS);

/** A place with the program in it. */
class OpenPlace {
  readonly place: Place;
  private readonly bench: ProgramBench;
  private readonly recorder = new PathRecorder();
  private readonly isSocket: boolean;
  /** The last packet had a VLAN tag beside it. */
  sawTag = false;

  constructor(place: Place, source: ProgramSource, languages: Registry<ProgramLanguage>) {
    const { hook, settings } = place;
    this.place = place;
    this.isSocket = hook.place === "socket";
    const { name, file, place: at } = source;
    const topology = withoutNetwork({ file, name, programs: new Map([[name, source]]) });
    const attachment = { hook: hook.name, program: name, options: name, place: at };
    this.bench = new ProgramBench({ topology, hook, settings, attachment }, this.recorder, languages);
  }

  /** Undefined for a packet that never comes here. */
  run(packet: PacketAt): PlaceOutcome | undefined {
    const { place, bench, recorder } = this;
    bench.resetMaps();
    recorder.take();
    let before: readonly number[] = [];
    let receives = true;
    const outcome = bench.run(
      packet,
      [],
      (run): PlaceOutcome => {
        const { hook } = place;
        const { row } = hook.outcomes.find(({ name }) => name === run.verdict)!;
        const changes = FIELDS.flatMap(([name], i) =>
          run.field(name) === before[i] ? [] : [[name, [before[i]!, run.field(name)]] as const],
        );
        const last = recorder.take().at(-1)?.text ?? "exit";
        const hasClass = hook.place === "tc-filter" && row?.fate === "goes on";
        return {
          place: place.name,
          returned: run.returnValue,
          verdict: run.verdict,
          ...(row && { row }),
          ...(this.isSocket && { length: run.length }),
          ...(hasClass && { class: formatClassid(run.classid) }),
          changes: Object.fromEntries(changes),
          endedByLoad: !/^(ret|exit)/.test(last),
        };
      },
      (skb) => {
        before = FIELDS.map(([, field]) => field.get(skb));
        receives = place.receives(skb, bench.bytes);
        this.sawTag = skb.vlanPresent === 1;
      },
    );
    return receives ? outcome : undefined;
  }
}
