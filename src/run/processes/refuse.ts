import { NetsimError, type Place } from "../../errors.ts";

/** Refuses what a process of a topology is to do. */
export function refuse(
  message: string,
  place: Place,
  code: "bad-topology" | "program-rejected" | "unsupported" = "bad-topology",
): never {
  throw new NetsimError({ code, severity: "error", message, place });
}
