import type { Block } from "../ir/block.ts";
import { NOP, type Statement } from "../ir/statement.ts";
import { ATOMS, reads, writes } from "./atoms.ts";
import type { Pass } from "./pass.ts";

/** Removes statements whose result is overwritten before it is read, or never read. */
export function removeDeadStores(pass: Pass, block: Block): void {
  const unread: (Statement | undefined)[] = Array(ATOMS).fill(undefined);
  for (const statement of block.statements) {
    forgetRead(unread, reads(statement));
    const atom = writes(statement);
    if (atom < 0) continue;
    remove(pass, unread[atom]);
    unread[atom] = statement;
  }
  forgetRead(unread, reads(block));
  for (const [atom, statement] of unread.entries()) if ((block.usedAfter & (1 << atom)) === 0) remove(pass, statement);
}

function forgetRead(unread: (Statement | undefined)[], atoms: number): void {
  for (let left = atoms; left !== 0; left &= left - 1) unread[31 - Math.clz32(left & -left)] = undefined;
}

function remove(pass: Pass, statement: Statement | undefined): void {
  if (statement === undefined) return;
  statement.code = NOP;
  pass.changed();
}
