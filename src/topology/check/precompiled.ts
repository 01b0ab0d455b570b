import type { ValidateFunction } from "ajv/dist/2020.js";

/** A schema that was compiled before, as `ajv` options of `compileSchema` have it. */
export interface Precompiled {
  /** The schema as JSON text. */
  readonly schema: string;
  readonly validate: ValidateFunction;
}

/**
 * The validator of netsim's own schema, without plugins. The build puts one here, since compiling takes longer than most
 * runs; when the sources run as they are there is none.
 */
export const precompiled: Precompiled | undefined = undefined;
