/**
 * The part plan. The page and the Worker compute it alike, so that the checksums of the first parts
 * can travel with the Create, before the Worker has answered with the plan.
 */
import type { Plan } from './answers.ts';

const MIB = 1024 * 1024;

export type { Plan } from './answers.ts';

/** Limits of a plan, set by the store and its operator. All sizes are in bytes. */
export interface PlanLimits {
  /** Files up to this size are sent in one request. */
  readonly singleMaxBytes: number;
  readonly minPartBytes: number;
  /** Parts are larger than this only to stay within `maxParts`. */
  readonly maxPartBytes: number;
  /** 10,000 on Amazon S3, 1,000 on Scaleway. */
  readonly maxParts: number;
}

/** Largest part: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const LARGEST_PART_BYTES = 5 * 1024 * MIB;

export const DEFAULT_PLAN_LIMITS: PlanLimits = {
  singleMaxBytes: 16 * MIB,
  minPartBytes: 8 * MIB,
  maxPartBytes: 256 * MIB,
  maxParts: 10_000,
};

/** Number of parts to aim for, within the limits. */
const AIMED_PARTS = 512;

/**
 * Divides `bytes` into equal parts of clamp(bytes / 512, minPartBytes, maxPartBytes), rounded up to
 * 1 MiB, and larger if there would otherwise be more than `maxParts`. On a line that carries only
 * `mostPartBytes` in one request the parts are as small as that, within the limits.
 *
 * @throws RangeError if no plan is possible (more than `maxParts` parts of 5 GiB).
 */
export function planFor(
  bytes: number,
  limits: PlanLimits = DEFAULT_PLAN_LIMITS,
  mostPartBytes = Infinity,
): Plan {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new RangeError(`bytes must be a whole number of at least 0, not ${bytes}`);
  }
  const { singleMaxBytes, minPartBytes, maxPartBytes } = limits;
  const most = Math.max(mostPartBytes, minPartBytes);
  if (bytes <= Math.min(singleMaxBytes, Math.ceil(most / MIB) * MIB))
    return { kind: 'single', bytes };
  const comfortable = Math.min(Math.max(bytes / AIMED_PARTS, minPartBytes), maxPartBytes, most);
  const needed = bytes / limits.maxParts;
  const partBytes = Math.ceil(Math.max(comfortable, needed) / MIB) * MIB;
  if (partBytes > LARGEST_PART_BYTES) {
    throw new RangeError(`${bytes} bytes do not fit into ${limits.maxParts} parts of 5 GiB`);
  }
  return { kind: 'multipart', bytes, partBytes, parts: Math.ceil(bytes / partBytes) };
}

/** The largest file that these limits can divide, in bytes. */
export function largestFile(limits: PlanLimits): number {
  return limits.maxParts * LARGEST_PART_BYTES;
}

/** Number of requests in the plan. A single request counts as part 1. */
export function partCount(plan: Plan): number {
  return plan.kind === 'single' ? 1 : plan.parts;
}

/**
 * Byte range of part `number` (from 1) in the file. `end` is exclusive.
 *
 * @throws RangeError for a number that the plan does not have.
 */
export function partRange(plan: Plan, number: number): { start: number; end: number } {
  if (!Number.isInteger(number) || number < 1 || number > partCount(plan)) {
    throw new RangeError(`part ${number} is not one of 1 to ${partCount(plan)}`);
  }
  if (plan.kind === 'single') return { start: 0, end: plan.bytes };
  const start = (number - 1) * plan.partBytes;
  return { start, end: Math.min(start + plan.partBytes, plan.bytes) };
}
