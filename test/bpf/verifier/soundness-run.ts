import { type SoundnessTally, trySeed } from "./soundness.ts";

/** `npm run soundness -- [ACCEPTED [FIRST_SEED]]`: tries seeds until so many accepted programs have run; tells every fault. */
const [wanted = 10_000, firstSeed = 1] = process.argv.slice(2).map(Number);
const tally: SoundnessTally = { verified: 0, executed: 0, faults: [] };
let [seed, told] = [firstSeed, 0];
for (; tally.executed < wanted; seed++) {
  const before = tally.faults.length;
  trySeed(seed, tally);
  for (const fault of tally.faults.slice(before)) console.error(fault);
  if (Math.floor(tally.executed / 10_000) === told) continue;
  told = Math.floor(tally.executed / 10_000);
  console.error(
    `${tally.executed} of ${tally.verified} programs executed, ${tally.faults.length} faults, seed ${seed}`,
  );
}
console.log(JSON.stringify({ ...tally, seeds: [firstSeed, seed] }));
process.exitCode = tally.faults.length === 0 ? 0 : 1;
