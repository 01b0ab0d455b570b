import { fail } from "../errors.ts";
import type { RunOptions } from "./run-options.ts";

/** Refuses options that a caller without types, or a command line, can get wrong. Throws a NetsimError `usage`. */
export function checkOptions({ seed, until, maxPackets, pcapDirectory, pcapOf }: RunOptions): void {
  if (seed !== undefined && (typeof seed !== "bigint" || seed < -(2n ** 63n) || seed >= 2n ** 64n))
    fail("usage", `The seed ${String(seed)} is not a bigint of 64 bits.`, {
      hint: "It goes from -9223372036854775808 to 18446744073709551615.",
    });
  if (until !== undefined && !(Number.isSafeInteger(until) && until >= 0))
    fail("usage", `The end ${String(until)} is not a whole number of nanoseconds.`);
  if (maxPackets !== undefined && !(Number.isSafeInteger(maxPackets) && maxPackets > 0))
    fail("usage", `The limit of ${String(maxPackets)} packets is not a whole number above 0.`);
  if (pcapOf !== undefined && pcapDirectory === undefined)
    fail("usage", "Sockets and interfaces to capture are named, but no directory to write to.");
}
