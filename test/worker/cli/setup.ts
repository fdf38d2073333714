/** Runs `s3-upload setup` in this process, in an empty folder, with settings of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../worker/cli/run.ts';
import type { Running } from '../s3/stores.ts';

export type Settings = Readonly<Record<string, string>>;

export interface Printed {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** The result of `--json`. */
export interface Result {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly status: string;
    readonly what: string;
    readonly detail: string;
    readonly advice?: string;
  }[];
  readonly rules: readonly { readonly AllowedOrigins: readonly string[] }[];
}

/** Runs the command with these arguments. */
export async function runSetup(settings: Settings, ...args: readonly string[]): Promise<Printed> {
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-setup-'));
  try {
    return await runIn(folder, settings, 'setup', ...args);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs `s3-upload` with these arguments in this folder. */
export async function runIn(
  folder: string,
  env: Settings,
  ...args: readonly string[]
): Promise<Printed> {
  const output: string[] = [];
  const errors: string[] = [];
  const status = await run(args, {
    env,
    folder,
    print: (text) => void output.push(text),
    printError: (text) => void errors.push(text),
  });
  return { status, output: output.join(''), errors: errors.join('') };
}

/** Runs the command with `--json`. */
export async function resultOf(settings: Settings, ...args: readonly string[]): Promise<Result> {
  const { output } = await runSetup(settings, ...args, '--json');
  return JSON.parse(output) as Result;
}

/** The settings of a store that runs. */
export function settingsOf({ config, credentials }: Running, bucket = config.bucket): Settings {
  return {
    S3_ENDPOINT: config.endpoint,
    S3_BUCKET: bucket,
    S3_REGION: config.region,
    S3_PROFILE: config.profile.name,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
