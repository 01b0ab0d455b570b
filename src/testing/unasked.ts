import { NetsimError } from "../errors.ts";

/** Why an engine outside netsim, such as the running kernel, cannot be asked; undefined where the error is another one. */
export function whyUnasked(error: unknown): string | undefined {
  if (!(error instanceof NetsimError) || error.diagnostics.some(({ code }) => code !== "unsupported")) return undefined;
  return error.message;
}
