import type { Hook } from "../../hooks/hook.ts";
import { alternatives, enumerate } from "../check/hints.ts";
import type { AttachmentModel, AttachPlace, AttachPoint, HostModel, NodeModel, StepModel } from "../model.ts";
import { attachPoints, PLACES_OF_POINTS, pointName } from "./attach-point.ts";
import { attachmentUnder } from "./attachment.ts";
import type { LocatedText } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import type { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

type Attach = Omit<Extract<StepModel, { kind: "attach" }>, "at" | "place">;
type Detach = Omit<Extract<StepModel, { kind: "detach" }>, "at" | "place">;

/** A program at a point, by the name of its hook. */
type Attached = Pick<AttachmentModel, "hook" | "program">;

/** Error number of attaching a program twice, by places that take many (cgroup_bpf_attach, bpf_mprog_attach). */
const REFUSED_TWICE: Partial<Record<Hook["place"], string>> = {
  "cgroup-ingress": "EINVAL",
  "cgroup-egress": "EINVAL",
  "tcx-ingress": "EEXIST",
  "tcx-egress": "EEXIST",
};

/** Reads steps that attach and detach programs, in the order of their times, and so knows what is attached at each. */
export class AttachSteps {
  private readonly drafts: Drafts;
  private readonly programs: Programs;
  private readonly hooks: readonly Hook[];
  private readonly attached = new Map<string, Attached[]>();

  constructor(drafts: Drafts, programs: Programs, hooks: readonly Hook[], nodes: ReadonlyMap<string, NodeModel>) {
    this.drafts = drafts;
    this.programs = programs;
    this.hooks = hooks;
    for (const node of nodes.values()) if (node.kind === "host") this.begin(node);
  }

  /** `attach: POINT` with a program under the key of one of the point's hooks. */
  attach(fields: Fields): Attach | undefined {
    const points = attachPoints(this.drafts, fields.value("attach"));
    for (const point of points)
      for (const hook of this.hooksOf(point)) {
        if (!fields.has(hook.key)) continue;
        const attachment = attachmentUnder(fields, hook, this.programs);
        if (attachment === undefined) return undefined;
        this.put(fields, point, attachment);
        return { kind: "attach", point, hookPlace: hook.place as AttachPlace, attachment };
      }
    // Without any key the schema complains.
    if (points.length > 0 && this.hooks.some(({ key }) => fields.has(key))) {
      const keys = points.flatMap((point) => this.hooksOf(point)).map(({ key }) => `\`${key}\``);
      const message = `A step that attaches to '${pointName(points[0]!)}' needs a program under ${alternatives(keys)}.`;
      fields.context.problem("schema-missing-key", fields.keySpan("attach"), message);
    }
    return undefined;
  }

  /** `detach: POINT`, `hook: KEY` where programs of several are there, and `program: NAME` where several of one are. */
  detach(fields: Fields): Detach | undefined {
    const points = attachPoints(this.drafts, fields.value("detach"));
    if (points.length === 0) return undefined;
    const key = fields.text("hook");
    const program = fields.text("program");
    const there = points.flatMap((point) =>
      this.at(point)
        .filter((one) => key === undefined || this.keyOf(one) === key.text)
        .filter((one) => program === undefined || one.program === program.text)
        .map((one) => ({ point, one })),
    );
    const [first] = there;
    if (first === undefined) return this.nothing(fields, points[0]!, key ?? program);
    if (there.length > 1) {
      const what = there.map(({ one }) => `${this.keyOf(one)} ${one.program}`);
      return fields.context.problem(
        "bad-topology",
        fields.keySpan("detach"),
        `At '${pointName(first.point)}' there are ${enumerate(what)} then.`,
        "Say which with `hook` and `program`.",
      );
    }
    const { point, one } = first;
    this.attached.set(
      keyOfPoint(point),
      this.at(point).filter((other) => other !== one),
    );
    return {
      kind: "detach",
      point,
      hookPlace: this.hook(one).place as AttachPlace,
      hook: one.hook,
      program: one.program,
    };
  }

  private nothing(fields: Fields, point: AttachPoint, named: LocatedText | undefined): undefined {
    const there = this.at(point).map((one) => `${this.keyOf(one)} ${one.program}`);
    const what = named === undefined ? "No program" : `No program of '${named.text}'`;
    return fields.context.problem(
      "bad-topology",
      named?.span ?? fields.keySpan("detach"),
      `${what} is attached at '${pointName(point)}' then (ENOENT).`,
      there.length === 0 ? undefined : `There ${there.length === 1 ? "is" : "are"} ${enumerate(there)}.`,
    );
  }

  /** A control group and tcx take many programs, a socket and XDP one. */
  private put(fields: Fields, point: AttachPoint, added: Attached): void {
    const there = this.at(point);
    const errno = REFUSED_TWICE[this.hook(added).place];
    const isMany = errno !== undefined;
    if (isMany && there.some(({ hook, program }) => hook === added.hook && program === added.program))
      fields.context.problem(
        "bad-topology",
        fields.keySpan("attach"),
        `Program '${added.program}' is attached at '${pointName(point)}' already (${errno}).`,
      );
    const others = isMany ? there : there.filter(({ hook }) => hook !== added.hook);
    this.attached.set(keyOfPoint(point), [...others, added]);
  }

  private begin({ name: node, xdp, tc, sockets, cgroups = [] }: HostModel): void {
    const begin = (kind: AttachPoint["kind"], name: string, attached: Attached[]) =>
      this.attached.set(keyOfPoint({ kind, node, name }), attached);
    for (const name of new Set([...xdp.keys(), ...tc.keys()])) {
      const { ingress, egress } = tc.get(name) ?? {};
      const first = xdp.get(name);
      begin("interface", name, [...(first ? [first] : []), ...(ingress?.programs ?? []), ...(egress?.programs ?? [])]);
    }
    for (const { name, attachments } of sockets.values()) begin("socket", name, [...attachments]);
    for (const { path, ingress, egress } of cgroups) begin("cgroup", path.slice(1), [...ingress, ...egress]);
  }

  private at(point: AttachPoint): readonly Attached[] {
    return this.attached.get(keyOfPoint(point)) ?? [];
  }

  private hook({ hook }: Attached): Hook {
    return this.hooks.find(({ name }) => name === hook)!;
  }

  private keyOf(attached: Attached): string {
    return this.hook(attached).key;
  }

  private hooksOf({ kind }: AttachPoint): readonly Hook[] {
    return this.hooks.filter(({ place }) => PLACES_OF_POINTS[kind].some((one) => one === place));
  }
}

const keyOfPoint = (point: AttachPoint): string => `${point.kind} ${pointName(point)}`;
