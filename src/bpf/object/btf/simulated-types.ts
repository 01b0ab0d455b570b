import type { Btf } from "./btf-type.ts";
import { TypeTable } from "./type-table.ts";

/** The types of the simulated kernel that programs may ask for. */
export const SIMULATED_TYPES: Btf = new TypeTable([]);
