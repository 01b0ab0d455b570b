import type { ConformanceCase } from "../case.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { BRANCHES } from "./branches.ts";
import { CALLS } from "./calls.ts";
import { MEMORY } from "./memory.ts";

/** The project's own cases. */
export const CASES: readonly ConformanceCase[] = [...ARITHMETIC, ...BRANCHES, ...MEMORY, ...CALLS];
