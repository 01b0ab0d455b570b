import { statSync } from "node:fs";
import { besideFile } from "../document.ts";
import type { ReplayTraffic } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import type { Drafts } from "./drafts.ts";
import type { Fields } from "./fields.ts";

/** A capture that is sent again. The file is opened when the run begins; here only its existence is checked. */
export function buildReplay(fields: Fields, drafts: Drafts): ReplayTraffic | undefined {
  const { context } = fields;
  const at = drafts.endpoint(fields.value("at"));
  const direction = fields.choice("direction", "out", "in") ?? "out";
  const start = fields.parsed("start", parseDuration) ?? 0;
  const limit = fields.number("limit");
  const timing = readTiming(fields);
  const path = fields.text("replay");
  if (path === undefined) return undefined;
  const file = path.text === STANDARD_INPUT ? path.text : besideFile(context.source.file, path.text);
  if (!isThere(file)) {
    const message = `There is no capture '${file}'.`;
    return context.problem(
      "file-unreadable",
      path.span,
      message,
      "The path is relative to the topology's own directory.",
    );
  }
  if (at === undefined) return undefined;
  return {
    kind: "replay",
    place: fields.place,
    file,
    at,
    direction,
    start,
    timing,
    ...(limit !== undefined && { limit }),
  };
}

const STANDARD_INPUT = "-";

/** False for directories, and for paths that the system does not even take. */
function isThere(file: string): boolean {
  if (file === STANDARD_INPUT) return true;
  try {
    return !statSync(file).isDirectory();
  } catch {
    return false;
  }
}

function readTiming(fields: Fields): ReplayTraffic["timing"] {
  const own = fields.value("timing")?.kind === "map" ? fields.fields("timing") : undefined;
  const every = own?.parsed("every", parseDuration);
  return every === undefined ? { kind: "original", speed: own?.number("speed") ?? 1 } : { kind: "every", every };
}
