#!/usr/bin/env node
/** The command `s3-upload`. It runs on the operator's machine, never in the Worker. */
import process from 'node:process';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  print: (text) => process.stdout.write(text),
  printError: (text) => process.stderr.write(text),
});
