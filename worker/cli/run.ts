/** Runs one command of `s3-upload`: chooses it by name, and prints what is wrong with the arguments. */
import { ProblemError } from '../problem.ts';
import { nearest } from '../util/nearest.ts';
import { asksForHelp } from './arguments.ts';
import type { Command, Machine } from './command.ts';
import { doctor } from './doctor.ts';
import { init } from './init.ts';
import { serve } from './serve.ts';
import { setup } from './setup.ts';
import { UsageError } from './usage-error.ts';

const COMMANDS: readonly Command[] = [init, setup, doctor, serve];

/** Exit status for arguments that are wrong; a command that failed has 1. */
const WRONG_USAGE = 2;

/**
 * Runs the command that the arguments name.
 *
 * @returns the exit status: 0, 1 if something failed, 2 if the arguments are wrong.
 */
export async function run(args: readonly string[], machine: Machine): Promise<number> {
  const [name = '--help', ...rest] = args;
  try {
    if (name.startsWith('-') && asksForHelp([name])) return help(overview(), machine);
    const command = commandNamed(name);
    if (asksForHelp(rest)) return help(command.help, machine);
    if (typeof URL.parse !== 'function') {
      throw new UsageError('This version of Node.js is too old: use 22.12 or newer.');
    }
    return await command.run(rest, machine);
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.code, error.message, WRONG_USAGE);
    if (error instanceof ProblemError) return refuse(error.code, error.message, 1);
    throw error;
  }

  function refuse(code: string, message: string, status: number): number {
    if (rest.includes('--json')) {
      machine.print(`${JSON.stringify({ ok: false, error: { code, detail: message } })}\n`);
    } else {
      machine.printError(`s3-upload: ${message}\n`);
    }
    return status;
  }
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((one) => one.name);
  const found = nearest(name, names);
  const advice = found === undefined ? `Commands: ${names.join(', ')}.` : `Did you mean ${found}?`;
  throw new UsageError(`There is no command of this name. ${advice}`);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'Usage: s3-upload <command> [options]',
    '',
    'Commands:',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Options of a command: s3-upload <command> --help',
  ].join('\n');
}

function help(text: string, { print }: Machine): number {
  print(`${text}\n`);
  return 0;
}
