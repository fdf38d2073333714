/**
 * The part plan, which the page and the Worker compute alike: so the checksums of the first parts
 * can travel with the Create, before the Worker has said how it cuts the file.
 */

const MIB = 1024 * 1024;

/** How a file is divided. Every part except the last has `partBytes` bytes, which R2 requires. */
export type Plan =
  | { readonly kind: 'single'; readonly bytes: number }
  | {
      readonly kind: 'multipart';
      readonly bytes: number;
      readonly partBytes: number;
      readonly parts: number;
    };

/** What a store and its operator allow a plan to be; all sizes in bytes. */
export interface PlanLimits {
  /** Up to this size a file is one request. */
  readonly singleMaxBytes: number;
  readonly minPartBytes: number;
  /** Parts are not made larger than this for comfort, only for `maxParts`. */
  readonly maxPartBytes: number;
  /** 10,000 on Amazon S3, 1,000 on Scaleway. */
  readonly maxParts: number;
}

/** The store's own bounds: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const LARGEST_PART_BYTES = 5 * 1024 * MIB;

export const DEFAULT_PLAN_LIMITS: PlanLimits = {
  singleMaxBytes: 16 * MIB,
  minPartBytes: 8 * MIB,
  maxPartBytes: 256 * MIB,
  maxParts: 10_000,
};

/** Files are cut into about this many parts, as far as the limits let. */
const AIMED_PARTS = 512;

/**
 * Cuts `bytes` into equal parts of clamp(bytes / 512, minPartBytes, maxPartBytes), rounded up to
 * 1 MiB and grown where the store's part limit would be passed.
 *
 * @throws RangeError where no legal plan exists (more than `maxParts` parts of 5 GiB).
 */
export function planFor(bytes: number, limits: PlanLimits = DEFAULT_PLAN_LIMITS): Plan {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new RangeError(`bytes must be a whole number of at least 0, not ${bytes}`);
  }
  if (bytes <= limits.singleMaxBytes) return { kind: 'single', bytes };
  const comfortable = Math.min(
    Math.max(bytes / AIMED_PARTS, limits.minPartBytes),
    limits.maxPartBytes,
  );
  const needed = bytes / limits.maxParts;
  const partBytes = Math.ceil(Math.max(comfortable, needed) / MIB) * MIB;
  if (partBytes > LARGEST_PART_BYTES) {
    throw new RangeError(`${bytes} bytes do not fit into ${limits.maxParts} parts of 5 GiB`);
  }
  return { kind: 'multipart', bytes, partBytes, parts: Math.ceil(bytes / partBytes) };
}

/** The largest file that these limits can cut, in bytes. */
export function largestFile(limits: PlanLimits): number {
  return limits.maxParts * LARGEST_PART_BYTES;
}

/** Number of requests in the plan. A single request counts as part 1. */
export function partCount(plan: Plan): number {
  return plan.kind === 'single' ? 1 : plan.parts;
}

/**
 * Where part `number` (from 1) begins and ends in the file, in bytes, `end` excluded.
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
