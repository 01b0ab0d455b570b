import { findProgramType } from "../bpf/program-type.ts";
import type { Hook } from "./hook.ts";
import type { ProgramContext } from "./program-context.ts";
import type { HookServices } from "./services.ts";
import { PacketContext } from "./skb/packet-context.ts";
import { SkBuffContext } from "./skb/sk-buff-context.ts";
import { XdpContext } from "./xdp/xdp-context.ts";

/** A context of whatever place: who holds a hook also holds its place's subjects. */
// biome-ignore lint/suspicious/noExplicitAny: contexts are contravariant in what they are given.
export type AnyContext = ProgramContext<any, any>;

/** The contexts of one run: one for each type of programs, and one more for each hook that has its own. */
export class Contexts {
  private readonly services: HookServices;
  private readonly shared = new Map<string, AnyContext>();
  private readonly own = new Map<Hook, Map<string, AnyContext>>();

  constructor(services: HookServices) {
    this.services = services;
  }

  /** What programs of the type are given at the hook. The same object each time. Throws RangeError for a type that nobody has a context for. */
  of(hook: Hook, type: string): AnyContext {
    if (hook.context === undefined) return this.sharedBy(type);
    let contexts = this.own.get(hook);
    if (contexts === undefined) {
      contexts = new Map();
      this.own.set(hook, contexts);
    }
    return cached(contexts, type, () => hook.context!(type, this.services));
  }

  private sharedBy(type: string): AnyContext {
    return cached(this.shared, type, () => {
      if (type === "classic") return new PacketContext(this.services);
      const programType = findProgramType(type);
      if (programType?.context.name === "__sk_buff") return new SkBuffContext(programType, this.services);
      if (programType?.context.name === "xdp_md") return new XdpContext(programType, this.services);
      throw new RangeError(`There is no context for programs of type ${type}.`);
    });
  }
}

function cached(map: Map<string, AnyContext>, key: string, make: () => AnyContext): AnyContext {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}
