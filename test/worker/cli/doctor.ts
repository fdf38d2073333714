/** Runs `s3-upload doctor` in this process, in an empty folder, with settings of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../../worker/cli/doctor/finding.ts';
import { runIn, type Printed, type Settings } from './setup.ts';

/** What the Worker needs besides a store. */
export const ENOUGH: Settings = {
  AUTH: 'anonymous',
  TOKEN_SECRET: 'the-secret-that-seals-upload-tokens-in-tests',
};

/** Runs the command; `files` are written to its folder before. */
export async function diagnose(
  settings: Settings,
  ...args: readonly (string | Readonly<Record<string, string>>)[]
): Promise<Printed> {
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-doctor-'));
  try {
    const texts: string[] = [];
    for (const arg of args) {
      if (typeof arg === 'string') texts.push(arg);
      else
        for (const [name, text] of Object.entries(arg)) await writeFile(join(folder, name), text);
    }
    return await runIn(folder, settings, 'doctor', ...texts);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The result of `--json`. */
export async function findingsOf(
  settings: Settings,
  ...args: readonly (string | Readonly<Record<string, string>>)[]
): Promise<{ readonly ok: boolean; readonly findings: readonly Finding[] }> {
  const { output } = await diagnose(settings, ...args, '--json');
  return JSON.parse(output) as { ok: boolean; findings: Finding[] };
}
