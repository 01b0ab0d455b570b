import { Container, ContainerModule, type ServiceIdentifier } from "inversify";
import { builtInHooks } from "./hooks/built-in.ts";
import { kernelEngine } from "./kernel/engine/kernel-engine.ts";
import { builtInQdiscs } from "./network/qdisc/built-in.ts";
import type { Plugin } from "./plugins/plugin.ts";
import { builtInEngines, builtInLanguages } from "./programs/built-in.ts";
import { Registry } from "./registry.ts";
import { builtInReporters } from "./report/built-in.ts";
import { TopologyRunner } from "./run/topology-runner.ts";
import { TOKENS } from "./tokens.ts";

/** What netsim brings itself, in the order in which reports and the schema list it. */
const BUILT_IN: Plugin = {
  name: "netsim",
  hooks: builtInHooks,
  languages: builtInLanguages,
  engines: [...builtInEngines, kernelEngine],
  qdiscs: builtInQdiscs,
  reporters: builtInReporters,
};

/** Registries over the extension points: what is bound many times, and what it is called in messages. */
const registries = new ContainerModule(({ bind }) => {
  const collect = <T extends { readonly name: string }>(
    registry: ServiceIdentifier<Registry<T>>,
    things: ServiceIdentifier<T>,
    what: string,
  ) =>
    bind(registry)
      .toResolvedValue(
        (...found: T[][]) => new Registry(what, found.flat()),
        [{ serviceIdentifier: things, isMultiple: true }],
      )
      .inSingletonScope();
  collect(TOKENS.HookRegistry, TOKENS.Hook, "hook");
  collect(TOKENS.LanguageRegistry, TOKENS.Language, "program language");
  collect(TOKENS.EngineRegistry, TOKENS.Engine, "engine");
  collect(TOKENS.QdiscRegistry, TOKENS.Qdisc, "queueing discipline");
  collect(TOKENS.ReporterRegistry, TOKENS.Reporter, "reporter");
});

const running = new ContainerModule(({ bind }) => {
  bind(TOKENS.TopologyRunner)
    .toResolvedValue(
      (hooks, languages, engines, qdiscs) => new TopologyRunner(hooks, languages, engines, qdiscs),
      [TOKENS.HookRegistry, TOKENS.LanguageRegistry, TOKENS.EngineRegistry, TOKENS.QdiscRegistry],
    )
    .inSingletonScope();
});

/** Binds everything that a plugin brings; netsim's own parts come in the same way. */
function contributions(plugin: Plugin): ContainerModule {
  return new ContainerModule(({ bind }) => {
    for (const hook of plugin.hooks ?? []) bind(TOKENS.Hook).toConstantValue(hook);
    for (const language of plugin.languages ?? []) bind(TOKENS.Language).toConstantValue(language);
    for (const engine of plugin.engines ?? []) bind(TOKENS.Engine).toConstantValue(engine);
    for (const qdisc of plugin.qdiscs ?? []) bind(TOKENS.Qdisc).toConstantValue(qdisc);
    for (const reporter of plugin.reporters ?? []) bind(TOKENS.Reporter).toConstantValue(reporter);
  });
}

/** The composition root: netsim's own parts, then the plugins in the order in which a topology names them. */
export function createContainer(plugins: readonly Plugin[] = []): Container {
  const container = new Container();
  container.load(contributions(BUILT_IN), ...plugins.map(contributions), registries, running);
  return container;
}
