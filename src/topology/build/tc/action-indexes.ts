import type { TcActionModel, TcFilterModel } from "../../model.ts";

interface Bound {
  readonly action: TcActionModel;
  /** By how many filters. */
  count: number;
}

/** The indexes of a host's actions, each kind's own (struct tcf_idrinfo). */
export class ActionIndexes {
  private readonly kinds = new Map<TcActionModel["kind"], Map<number, Bound>>();

  /** The same actions with the lowest free indexes; where one has an index that another has already, that other (tcf_idr_check_alloc). */
  bind(actions: readonly TcActionModel[]): TcActionModel[] {
    return actions.map((action) => {
      const bound = this.kinds.get(action.kind) ?? new Map<number, Bound>();
      this.kinds.set(action.kind, bound);
      let { index = 0 } = action;
      if (index === 0) for (index = 1; bound.has(index); ) index++;
      const one = bound.get(index) ?? { action: { ...action, index }, count: 0 };
      bound.set(index, one);
      one.count++;
      return one.action;
    });
  }

  /** Filters that had actions are gone. */
  release(filters: readonly TcFilterModel[]): void {
    for (const { kind, index = 0 } of filters.flatMap(({ actions }) => actions)) {
      const bound = this.kinds.get(kind);
      const one = bound?.get(index);
      if (one !== undefined && --one.count === 0) bound!.delete(index);
    }
  }
}
