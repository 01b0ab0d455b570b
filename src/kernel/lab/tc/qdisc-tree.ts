import type { QdiscModel, TcFilterModel } from "../../../topology/model.ts";
import { formatClassid } from "../../../topology/quantity/classid.ts";

/** All disciplines inside one, outer ones first. */
export function descendants({ children }: QdiscModel): QdiscModel[] {
  return [...children.values()].flatMap((child) => [child, ...descendants(child)]);
}

/** The discipline of that handle, and where it stands in tc's words. */
export function findQdisc(
  model: QdiscModel,
  handle: number,
  seat = "root",
): { readonly model: QdiscModel; readonly seat: string } | undefined {
  if (model.handle === handle) return { model, seat };
  for (const [classid, child] of model.children) {
    const found = findQdisc(child, handle, `parent ${formatClassid(classid)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same tree with another discipline, or none, in a class of one. */
export function grafted(model: QdiscModel, handle: number, classid: number, child: QdiscModel | undefined): QdiscModel {
  return changed(model, handle, (one) => {
    const children = new Map(one.children);
    if (child === undefined) children.delete(classid);
    else children.set(classid, child);
    return { ...one, children };
  });
}

/** The same tree with other options of one discipline, whose classes may be gone with what was in them. */
export function withOptions(model: QdiscModel, handle: number, after: QdiscModel): QdiscModel {
  return changed(model, handle, () => after);
}

function changed(model: QdiscModel, handle: number, change: (one: QdiscModel) => QdiscModel): QdiscModel {
  if (model.handle === handle) return change(model);
  const children = new Map([...model.children].map(([classid, child]) => [classid, changed(child, handle, change)]));
  return { ...model, children };
}

/** Filters of a discipline and of its classes. */
export function filtersOf({
  handle,
  filters,
  classFilters,
}: QdiscModel): { parent: number; models: readonly TcFilterModel[] }[] {
  return [{ parent: handle, models: filters }, ...[...classFilters].map(([parent, models]) => ({ parent, models }))];
}
