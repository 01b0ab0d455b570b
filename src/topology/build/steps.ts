import { namesHint } from "../check/hints.ts";
import type { StepModel } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import type { AttachSteps } from "./attach-step.ts";
import type { LocatedText } from "./context.ts";
import type { Fields } from "./fields.ts";
import { readImpairment } from "./impairment.ts";
import type { Links } from "./links.ts";
import { readMapChange } from "./map-change.ts";
import type { Maps } from "./maps.ts";
import { readLine } from "./ovs/lines.ts";
import type { Programs } from "./programs.ts";
import type { TcCommands } from "./tc/commands.ts";

/** What steps refer to. */
export interface StepScope {
  readonly programs: Programs;
  readonly links: Links;
  readonly maps: Maps;
  readonly attached: AttachSteps;
  /** Who takes commands of tc, by host. */
  readonly tc: ReadonlyMap<string, TcCommands>;
  /** Names of the switches that have OpenFlow tables. */
  readonly switches: readonly string[];
}

/** The entries of `steps`, in the order of the file. They are read in the order of their times, since commands of tc build on one another. */
export function buildSteps(steps: readonly Fields[], scope: StepScope): StepModel[] {
  const timed = steps.map((fields, i) => ({ i, fields, at: fields.parsed("at", parseDuration) }));
  const inTime = timed.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const models = inTime.map(({ i, fields, at }) => {
    const change = readChange(fields, scope);
    return { i, model: at === undefined || change === undefined ? undefined : { at, place: fields.place, ...change } };
  });
  return models.sort((a, b) => a.i - b.i).flatMap(({ model }) => model ?? []);
}

type Change = StepModel extends infer Step ? (Step extends StepModel ? Omit<Step, "at" | "place"> : never) : never;

function readChange(fields: Fields, { programs, links, maps, attached, tc, switches }: StepScope): Change | undefined {
  if (fields.has("replace")) {
    const replace = fields.fields("replace");
    const name = replace?.text("program");
    const program = name && programs.named(name);
    const value = replace?.value("with");
    const source = value && programs.source(value);
    return program === undefined || source === undefined ? undefined : { kind: "replace", program, with: source };
  }
  if (fields.has("tc")) {
    const node = fields.text("node");
    const commands = node && tc.get(node.text);
    if (node !== undefined && commands === undefined) reportUnknown(fields, node, "host", [...tc.keys()]);
    const changes = fields.oneOrMore("tc").flatMap((line) => commands?.run(line) ?? []);
    return node && { kind: "tc", node: node.text, changes };
  }
  if (fields.has("ofctl")) {
    const node = fields.text("node");
    if (node !== undefined && !switches.includes(node.text)) reportUnknown(fields, node, "switch", switches);
    const commands = fields.oneOrMore("ofctl").flatMap((line) => readLine(fields.context, line) ?? []);
    return node && { kind: "ofctl", node: node.text, commands };
  }
  if (fields.has("map")) return readMapChange(fields, maps);
  if (fields.has("attach")) return attached.attach(fields);
  if (fields.has("detach")) return attached.detach(fields);
  for (const kind of ["cut", "mend"] as const) {
    const link = links.find(fields.value(kind));
    if (link !== undefined) return { kind, link };
  }
  if (!fields.has("impair")) return undefined;
  const settings = readImpairment(fields);
  const link = links.find(fields.value("impair"));
  if (link === undefined) return undefined;
  const from = fields.value("from");
  if (from === undefined) return { kind: "impair", link, directions: [settings, settings] };
  const side = links.side(link, from);
  if (side === undefined) return undefined;
  return { kind: "impair", link, directions: side === 0 ? [settings, {}] : [{}, settings] };
}

function reportUnknown(
  { context }: Fields,
  node: LocatedText,
  kind: "host" | "switch",
  known: readonly string[],
): void {
  context.problem("unknown-reference", node.span, `There is no ${kind} '${node.text}'.`, namesHint(node.text, known));
}
