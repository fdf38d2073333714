/** What the steps of `s3-upload setup` share. */
import type { Env } from '../../config/read-setting.ts';
import type { Bucket } from '../bucket.ts';
import type { CorsRule } from '../cors/rules.ts';
import type { Machine } from '../command.ts';
import type { Sources } from '../settings.ts';
import type { Step } from './report.ts';
import type { Wrangler } from './wrangler.ts';

/** Of what and how a bucket and its Worker are set up. */
export interface Work {
  readonly machine: Machine;
  readonly sources: Sources;
  readonly settings: Env;
  readonly bucket: Bucket;
  readonly origins: readonly string[];
  /** Whether nothing may be written. */
  readonly dryRun: boolean;
  readonly wrangler: Wrangler;
  readonly note: (step: Step) => void;
  /** Shows rules that a dry run would add, or that the operator has to add. */
  readonly show: (rules: readonly CorsRule[]) => void;
}

/**
 * Does one thing, unless it has been done, and notes what became of it.
 *
 * @returns false if the steps after it cannot succeed.
 * @throws nothing of the store's or of wrangler's.
 */
export type SetupStep = (work: Work) => Promise<boolean>;
