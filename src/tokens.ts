import type { ServiceIdentifier } from "inversify";
import type { Hook } from "./hooks/hook.ts";
import type { QdiscKind } from "./network/qdisc/qdisc.ts";
import type { Engine } from "./programs/engine.ts";
import type { ProgramLanguage } from "./programs/language.ts";
import type { Registry } from "./registry.ts";
import type { Reporter } from "./report/reporter.ts";
import type { TopologyRunner } from "./run/topology-runner.ts";

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`netsim.${name}`) as ServiceIdentifier<T>;

/**
 * What the container hands out. The first group are extension points: bound many times, once by each plugin, and
 * collected in the registries below them.
 */
export const TOKENS = {
  Hook: token<Hook>("Hook"),
  Language: token<ProgramLanguage>("Language"),
  Engine: token<Engine>("Engine"),
  Qdisc: token<QdiscKind>("Qdisc"),
  Reporter: token<Reporter>("Reporter"),

  HookRegistry: token<Registry<Hook>>("HookRegistry"),
  LanguageRegistry: token<Registry<ProgramLanguage>>("LanguageRegistry"),
  EngineRegistry: token<Registry<Engine>>("EngineRegistry"),
  QdiscRegistry: token<Registry<QdiscKind>>("QdiscRegistry"),
  ReporterRegistry: token<Registry<Reporter>>("ReporterRegistry"),

  TopologyRunner: token<TopologyRunner>("TopologyRunner"),
} as const;
