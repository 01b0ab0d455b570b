import { classicLanguage } from "./classic-language.ts";
import type { Engine } from "./engine.ts";
import { extendedLanguage } from "./extended-language.ts";
import { filterLanguage } from "./filter-language.ts";
import { interpreterEngine } from "./interpreter-engine.ts";
import { jitEngine } from "./jit-engine.ts";
import type { ProgramLanguage } from "./language.ts";
import { objectLanguage, sourceLanguage } from "./object-language.ts";
import { seccompLanguage } from "./seccomp-language.ts";

/** The languages and engines that netsim brings. */
export const builtInLanguages: readonly ProgramLanguage[] = [
  classicLanguage,
  filterLanguage,
  extendedLanguage,
  objectLanguage,
  sourceLanguage,
  seccompLanguage,
];
export const builtInEngines: readonly Engine[] = [interpreterEngine, jitEngine];
