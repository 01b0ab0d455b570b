import { printable } from "../report/printable.ts";
import { placeText } from "../report/test/failure-text.ts";
import { plural } from "../report/words.ts";
import { checkPolicyTest } from "../run-tests.ts";
import type { TestReport } from "../testing/result.ts";
import { type UpdateResult, updateFile } from "../testing/update/update-file.ts";
import type { Terminal } from "./command.ts";

/** Rewrites what failing cases expect and says so; true where a file was changed. Throws a NetsimError `file-unwritable`. */
export function updateTests({ files }: TestReport, terminal: Terminal): boolean {
  const results = files.flatMap((file) => updateFile(file, checkPolicyTest));
  for (const result of results) terminal.error(`${printable(lineOf(result))}\n`);
  const refused = results.filter((one) => one.refused !== undefined).length;
  const updated = results.length - refused;
  if (results.length > 0)
    terminal.error(`${plural(updated, "expectation")} updated${refused > 0 ? `, ${refused} left as before` : ""}\n`);
  return updated > 0;
}

function lineOf({ place, caseName, subject, expected, got, refused }: UpdateResult): string {
  const where = `${placeText(place)}: ${caseName === subject ? "" : `${caseName}: `}${subject}`;
  return refused === undefined ? `${where}: ${expected} is now ${got}` : `${where} is not updated: it ${refused}`;
}
