import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocks, ROOT } from "./documentation-blocks.ts";

const built = existsSync(join(ROOT, "dist/main.js"));
const fileOf = (name: string) => blocks("docs/plugins.md").find(({ file }) => file === name)!.text;

/** Somebody's project, with netsim and a hook as packages in node_modules: netsim as it would be published. */
let project: string;

function run(command: string, words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: project, encoding: "utf8" });
  return { status, stdout, stderr };
}

const netsim = (...words: string[]) => run(process.execPath, ["node_modules/netsim/dist/main.js", ...words]);

describe.skipIf(!built)("the hook of docs/plugins.md, as a package (needs `npm run build`)", () => {
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "netsim-outside-"));
    const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", project], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const modules = join(project, "node_modules");
    mkdirSync(join(modules, "netsim"), { recursive: true });
    run("tar", ["-xzf", packed.stdout.trim(), "-C", "node_modules/netsim", "--strip-components=1"]);
    const { dependencies } = JSON.parse(readFileSync(join(modules, "netsim/package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) symlinkSync(join(ROOT, "node_modules", name), join(modules, name));

    const hook = join(modules, "netsim-blocks");
    mkdirSync(hook);
    const manifest = { name: "netsim-blocks", version: "1.0.0", type: "module", exports: "./blocks.js" };
    writeFileSync(join(hook, "package.json"), JSON.stringify({ ...manifest, peerDependencies: { netsim: "*" } }));
    writeFileSync(join(hook, "blocks.js"), fileOf("blocks.js"));
    writeFileSync(join(project, "blocks.yaml"), fileOf("blocks.yaml").replace("./blocks.js", "netsim-blocks"));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  it("is at most forty lines", () => {
    const lines = fileOf("blocks.js").split("\n");
    expect(lines.filter((line) => line.trim() !== "" && !/^\s*\/[/*]/.test(line)).length).toBeLessThanOrEqual(40);
  });

  it("imports what netsim exports, and nothing else", () => {
    const imports = [...fileOf("blocks.js").matchAll(/(?:from |import\()"([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(imports)).toEqual(new Set(["netsim"]));
  });

  it("runs in a topology", () => {
    const { status, stdout, stderr } = netsim("run", "blocks.yaml", "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [attachment] = JSON.parse(stdout).programs[0].attachments;
    expect(attachment).toMatchObject({ hook: "blocks", trimmed: 1, dropped: 0 });
  });

  it("has its options in the schema, and mistakes in them told", () => {
    expect(netsim("schema", "blocks.yaml").stdout).toContain("Bytes of a block.");
    const text = readFileSync(join(project, "blocks.yaml"), "utf8").replace("size: 100", "size: 0");
    writeFileSync(join(project, "wrong.yaml"), text);
    expect(netsim("run", "wrong.yaml")).toMatchObject({ status: 3, stderr: expect.stringContaining("wrong.yaml:12:") });
  });

  it("is one more place to compare", () => {
    expect(netsim("compare", "1", "--plugin", "netsim-blocks").stdout).toMatch(
      /blocks packet raw +returned 1 +trimmed/,
    );
  });

  it("is right by the published types", () => {
    const strict = [
      "--strict",
      "--checkJs",
      "--noEmit",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--skipLibCheck",
      "false",
    ];
    writeFileSync(join(project, "use.js"), fileOf("blocks.js"));
    writeFileSync(join(project, "package.json"), '{ "type": "module" }');
    const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
    const { stdout } = run(process.execPath, [
      join(ROOT, "node_modules/typescript/bin/tsc"),
      ...strict,
      ...types,
      "use.js",
    ]);
    expect(stdout).toBe("");
  });

  it("comes with all that the README leads to", () => {
    const there = readdirSync(join(project, "node_modules/netsim"), { recursive: true, encoding: "utf8" });
    for (const name of [
      "README.md",
      "LICENSE",
      "docs/test.md",
      "topologies/quickstart.yaml",
      "policies/tests/ssh-only.yaml",
    ])
      expect(there).toContain(name);
  });
});
