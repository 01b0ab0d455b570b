import { type BenchResult, printResult } from "./bench.ts";
import { engine } from "./engine.ts";
import { engineLoads } from "./engine-loads.ts";
import { filter } from "./filter.ts";
import { forward } from "./forward.ts";
import { kernelBench } from "./kernel.ts";
import { maps } from "./maps.ts";
import { objects } from "./objects.ts";
import { ovs } from "./ovs/ovs.ts";
import { replay } from "./replay.ts";
import { seccomp } from "./seccomp.ts";
import { start } from "./start.ts";
import { tc } from "./tc.ts";
import { test } from "./test.ts";
import { tracing } from "./tracing.ts";
import { verifier } from "./verifier.ts";

/** `npm run bench -- NAME`: what can be measured. */
const BENCHES: Readonly<Record<string, () => BenchResult | Promise<BenchResult>>> = {
  replay,
  forward,
  filter,
  engine,
  "engine-loads": engineLoads,
  verifier,
  seccomp,
  tracing,
  kernel: kernelBench,
  maps,
  objects,
  ovs,
  tc,
  start,
  test,
};

const name = process.argv[2] ?? "";
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- NAME, one of: ${Object.keys(BENCHES).join(", ")}\n`);
  process.exitCode = 2;
} else printResult(await bench());
