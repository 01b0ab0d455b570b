import type { Hook } from "../../hooks/hook.ts";
import { namesHint } from "../check/hints.ts";
import type { AttachmentModel, CgroupModel } from "../model.ts";
import { exact } from "../yaml/value.ts";
import { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

const ROOT = "/";

/** A host's control groups, parents first, the root and what lies between them included; undefined where it speaks of none. */
export function buildCgroups(host: Fields, programs: Programs, hooks: readonly Hook[]): CgroupModel[] | undefined {
  if (!host.has("cgroups")) return undefined;
  const groups = new Map<string, CgroupModel>([[ROOT, { path: ROOT, place: host.place, ingress: [], egress: [] }]]);
  const named = [...host.named("cgroups")].sort((a, b) => a.name.length - b.name.length);
  for (const { name, key, value } of named) {
    const fields = Fields.of(host.context, value, key);
    if (fields === undefined) continue;
    for (let end = name.indexOf("/", 1); end > 0; end = name.indexOf("/", end + 1)) {
      const path = name.slice(0, end);
      if (!groups.has(path)) groups.set(path, { path, place: fields.place, ingress: [], egress: [] });
    }
    const at = (place: "cgroup-ingress" | "cgroup-egress") => attachments(fields, place, programs, hooks);
    groups.set(name, {
      path: name,
      place: fields.place,
      ingress: at("cgroup-ingress"),
      egress: at("cgroup-egress"),
    });
  }
  return [...groups.values()];
}

/** The path under `cgroup` of something that a host has; it must be one of its control groups. */
export function readCgroup(fields: Fields, groups: readonly string[]): string | undefined {
  const path = fields.text("cgroup");
  if (path === undefined) return undefined;
  if (!groups.includes(path.text))
    fields.context.problem(
      "unknown-reference",
      path.span,
      `The host has no control group '${path.text}'.`,
      groups.length === 1 ? "Name it under `cgroups` of the host." : namesHint(path.text, [...groups]),
    );
  return path.text;
}

/** Paths of a host's control groups, those between them included. */
export function cgroupPaths(host: Fields): string[] {
  if (!host.has("cgroups")) return [ROOT];
  const names = host.named("cgroups").map(({ name }) => name);
  const between = names.flatMap((name) =>
    [...name].flatMap((char, i) => (char === "/" && i > 0 ? name.slice(0, i) : [])),
  );
  return [...new Set([ROOT, ...between, ...names])];
}

function attachments(
  fields: Fields,
  place: "cgroup-ingress" | "cgroup-egress",
  programs: Programs,
  hooks: readonly Hook[],
): AttachmentModel[] {
  const hook = hooks.find((one) => one.place === place);
  if (hook === undefined) return [];
  return fields.oneOrMore(hook.key).flatMap((value): AttachmentModel[] => {
    const program = programs.refer(value);
    const at = fields.context.place(value.span);
    return program === undefined ? [] : [{ hook: hook.name, program, options: exact(value), place: at }];
  });
}
