import type { Emitter, Operand } from "./emitter.ts";
import type { MapRegistry } from "./map-registry.ts";
import type { ProbeScene } from "./scene.ts";
import type { TraceSource } from "./source.ts";
import type { Expression } from "./syntax-tree.ts";

/** What the code of one probe is made with. */
export interface CodeParts {
  readonly source: TraceSource;
  readonly emitter: Emitter;
  readonly maps: MapRegistry;
  readonly scene: ProbeScene;
  /** What `$1` and so on stand for. */
  readonly positional: readonly string[];
  /** `$name`s, by what they hold. */
  readonly variables: Map<string, Operand>;
  /** Code that computes a value and leaves it on the stack. */
  evaluate(node: Expression): Operand;
}
