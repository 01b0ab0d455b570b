#!/usr/bin/env node
import { runCommandLine } from "./cli/command-line.ts";
import { processTerminal } from "./cli/process-terminal.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
