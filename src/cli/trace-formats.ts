import { EXIT, type ExitCode, fail } from "../errors.ts";
import { eventFormats, eventHint, matchingEvents } from "../events/catalogue.ts";
import { describeFormat } from "../events/describe-format.ts";
import { KERNEL_FUNCTIONS, parametersOf } from "../events/functions.ts";
import type { Terminal } from "./command.ts";

/** Prints formats of events, or lists what there is. */
export function traceFormats(event: string | undefined, flags: { functions?: true }, terminal: Terminal): ExitCode {
  if (flags.functions) {
    for (const { name } of KERNEL_FUNCTIONS) terminal.out(`${name}(${parametersOf(name).join(", ")})\n`);
    return EXIT.ok;
  }
  if (event === undefined) {
    for (const name of eventFormats().keys()) terminal.out(`${name}\n`);
    return EXIT.ok;
  }
  const found = matchingEvents(event);
  if (found.length === 0) fail("usage", `There is no event '${event}'.`, { hint: eventHint(event) });
  terminal.out(found.map(describeFormat).join("\n"));
  return EXIT.ok;
}
