import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceFile } from "../../src/testing/update/replace-file.ts";
import { scratch } from "../scratch.ts";

describe("a file that is replaced", () => {
  it.each([0o600, 0o644, 0o750, 0o444])("keeps its mode: %o", (mode) => {
    const file = scratch({ "a.yaml": "old" });
    chmodSync(file, mode);
    replaceFile(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o7777).toBe(mode);
    expect(readdirSync(dirname(file))).toEqual(["a.yaml"]);
  });

  it("stays behind the link that names it", () => {
    const file = scratch({ "tests/a.yaml": "old" });
    const link = join(dirname(file), "..", "link.yaml");
    symlinkSync(file, link);
    replaceFile(link, "new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect([realpathSync(link), readFileSync(file, "utf8")]).toEqual([realpathSync(file), "new"]);
  });

  it("is what it was where the new text cannot be written, and nothing lies beside it", () => {
    const before = "x".repeat(5000);
    const file = scratch({ "a.yaml": before });
    // No file may grow beyond one block.
    const script = `import { replaceFile } from "${process.cwd()}/src/testing/update/replace-file.ts";
      try { replaceFile(process.argv[1], "y".repeat(6000)); } catch (error) { console.log(error.diagnostics[0].code); }`;
    const { stdout } = spawnSync(
      "sh",
      ["-c", 'ulimit -f 1; exec "$0" --import tsx --input-type=module -e "$1" "$2"', process.execPath, script, file],
      { encoding: "utf8" },
    );
    expect(stdout).toBe("file-unwritable\n");
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(readdirSync(dirname(file))).toEqual(["a.yaml"]);
  });
});
