import { EXIT, type ExitCode } from "../../errors.ts";
import { seccompListing } from "../../seccomp/filter/seccomp-listing.ts";
import type { Terminal } from "../command.ts";
import type { ListFilterFlags } from "./disasm.ts";
import { readPolicy } from "./policy-file.ts";

/** Lists a filter with the names of what it asks for. */
export async function listFilter(file: string, flags: ListFilterFlags, terminal: Terminal): Promise<ExitCode> {
  const { program } = readPolicy(file, flags, flags.optimize ? "tree" : "linear", terminal);
  terminal.out(seccompListing(program));
  return EXIT.ok;
}
