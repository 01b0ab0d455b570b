// Bundles the command and the library: a bundle starts several times faster than loading every source file.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import { build } from "esbuild";

/** Written last: what is newer than this is not built yet. */
const STAMP = "dist/built";
const SOURCES = [
  "build.mjs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.types.json",
  "topologies/plugins",
];

function isBuilt() {
  if (!existsSync(STAMP)) return false;
  const { mtimeMs } = statSync(STAMP);
  const files = readdirSync("src", { recursive: true }).map((name) => `src/${name}`);
  return ["src", ...files, ...SOURCES].every((file) => statSync(file).mtimeMs < mtimeMs);
}

// npm prepares a clone when it installs, and npx does so once more before it runs it.
if (process.argv.includes("--if-older") && isBuilt()) process.exit();

for (const made of ["dist", "schema"]) rmSync(made, { recursive: true, force: true });
const shared = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: false,
  legalComments: "none",
};
const forRequire =
  'import { createRequire as netsimCreateRequire } from "node:module";\nconst require = netsimCreateRequire(import.meta.url);';

/** Gives src/topology/check/precompiled.ts the validator of netsim's own schema, which would take longer to compile than most runs. */
const precompiledValidator = {
  name: "precompiled-validator",
  setup({ onLoad }) {
    onLoad({ filter: /topology\/check\/precompiled\.ts$/ }, async () => ({ contents: await compileOwnSchema() }));
  },
};

async function compileOwnSchema() {
  const sources = `
    export { createContainer } from "./src/container.ts";
    export { schemaParts } from "./src/open-topology.ts";
    export { checkedSchema } from "./src/topology/load.ts";
    export { AJV_OPTIONS } from "./src/topology/check/validate.ts";`;
  const { outputFiles } = await build({
    ...shared,
    stdin: { contents: sources, resolveDir: "." },
    banner: { js: `${forRequire.replace("import.meta.url", JSON.stringify(import.meta.url))}` },
    write: false,
  });
  const bundled = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  const { createContainer, schemaParts, checkedSchema, AJV_OPTIONS } = await import(bundled);
  const schema = checkedSchema(schemaParts(createContainer()));
  const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { ...AJV_OPTIONS.code, source: true, esm: true } });
  const code = standaloneCode(ajv, ajv.compile(schema));
  return `${code}\nexport const precompiled = { schema: ${JSON.stringify(JSON.stringify(schema))}, validate };`;
}

await build({ ...shared, entryPoints: ["src/index.ts"], outfile: "dist/index.js", packages: "external" });
// Each command's work is a chunk of its own, loaded when it is asked for.
await build({
  ...shared,
  entryPoints: { main: "src/main.ts", "test-worker": "src/test-worker.ts" },
  outdir: "dist",
  external: ["koffi"],
  splitting: true,
  chunkNames: "command/[name]-[hash]",
  plugins: [precompiledValidator],
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: forRequire },
});
chmodSync("dist/main.js", 0o755);
// What the modelines of the examples name.
mkdirSync("schema");
const schemas = {
  topology: [],
  test: ["--of", "test"],
  result: ["--of", "result"],
  "test-report": ["--of", "test-report"],
  plugin: ["topologies/plugin.yaml"],
};
for (const [name, words] of Object.entries(schemas))
  writeFileSync(`schema/${name}.schema.json`, execFileSync(process.execPath, ["dist/main.js", "schema", ...words]));
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json"], { stdio: "inherit" });
writeFileSync(STAMP, "");
