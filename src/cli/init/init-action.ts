import { lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT, type ExitCode, NetsimError } from "../../errors.ts";
import { partsFor } from "../../open-topology.ts";
import { failAsFileError } from "../../packet/capture/file-error.ts";
import { printable } from "../../report/printable.ts";
import { SCHEMAS } from "../../schemas/schemas.ts";
import type { Terminal } from "../command.ts";
import { PROGRAM, SCHEMA_FILES, TEST, TOPOLOGY } from "./starter.ts";

/** Writes the files to start from. Throws a NetsimError `file-unwritable` that names every file that is there already. */
export async function writeStarter(directory: string, terminal: Terminal): Promise<ExitCode> {
  const parts = await partsFor(undefined);
  const schemas = Object.entries(SCHEMA_FILES).map(([name, file]) => ({
    file,
    text: `${JSON.stringify(SCHEMAS[name as keyof typeof SCHEMA_FILES](parts), undefined, 2)}\n`,
  }));
  const files = [TOPOLOGY, PROGRAM, TEST, ...schemas].map(({ file, text }) => ({ path: join(directory, file), text }));
  refuseToOverwrite(files.map(({ path }) => path));
  for (const { path, text } of files) {
    write(path, text);
    terminal.error(`wrote ${printable(path)}\n`);
  }
  const [topology, , test] = files;
  terminal.out(
    `Now try:\n  netsim run ${shellWord(topology!.path)}\n  netsim test ${shellWord(dirname(test!.path))}\n`,
  );
  return EXIT.ok;
}

function refuseToOverwrite(paths: readonly string[]): void {
  // A link that leads nowhere is there too.
  const there = paths.filter(isThere);
  if (there.length === 0) return;
  throw new NetsimError(
    there.map((path) => ({
      code: "file-unwritable",
      severity: "error",
      message: `'${path}' is there already; nothing is overwritten.`,
      place: { file: path },
      hint: "Move it away, or name another directory: netsim init DIRECTORY.",
    })),
  );
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Why it cannot be looked at is told when it is written.
    return false;
  }
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    failAsFileError(error, "file-unwritable", path);
  }
}

/** A path as a shell takes it for one word, and never for an option. */
function shellWord(path: string): string {
  const word = printable(path.startsWith("-") ? `./${path}` : path);
  return /^[\w./+@%:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
