import { classicLanguage } from "./classic-language.ts";
import type { Engine } from "./engine.ts";
import { filterLanguage } from "./filter-language.ts";
import { interpreterEngine } from "./interpreter-engine.ts";
import { jitEngine } from "./jit-engine.ts";
import type { ProgramLanguage } from "./language.ts";

/** The languages and engines that netsim brings. */
export const builtInLanguages: readonly ProgramLanguage[] = [classicLanguage, filterLanguage];
export const builtInEngines: readonly Engine[] = [interpreterEngine, jitEngine];
