import { visibleLength } from "./paint.ts";

/** Lines of a table: columns as wide as their widest cell; cells that are numbers stand to the right. */
export function formatTable(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell));
    });
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const space = " ".repeat(widths[i]! - visibleLength(cell));
      return /^\d/.test(cell) && isCount(cell) ? space + cell : cell + space;
    });
    return (indent + cells.join("  ")).trimEnd();
  });
}

/** A count or a size, which lines up with others of its column. */
function isCount(cell: string): boolean {
  return /^[\d,.]+( ?[kMG]?B)?$/.test(cell);
}
