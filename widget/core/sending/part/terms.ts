/** How the policy leads to expect that a file is cut and checked. */
import type { ChecksumAlgorithm, Plan, Policy } from '../../../../worker/protocol.ts';
import { planFor } from '../../../../worker/protocol/plan.ts';
import { UploadError } from '../../errors.ts';
import type { Terms } from '../../upload/terms.ts';

/** Workers of an earlier version have one algorithm for all files. */
type PolicyOfAnyVersion = Pick<Policy, 'checksum' | 'plan'> & {
  readonly singleChecksum?: ChecksumAlgorithm | null;
};

/**
 * The terms that this policy leads to; `mostPartBytes` is what the line carries in one request, if it
 * drops again and again.
 *
 * @throws UploadError `too_large` if the store cannot take a file of that size.
 */
export function termsFor(
  { name, size }: File,
  policy: PolicyOfAnyVersion,
  mostPartBytes?: number,
): Terms {
  let plan: Plan;
  try {
    plan = planFor(size, policy.plan, mostPartBytes);
  } catch (cause) {
    const message = `${name} is larger than the store takes.`;
    throw new UploadError('too_large', message, { cause, fileName: name });
  }
  const { checksum, singleChecksum = checksum } = policy;
  return { plan, checksum: plan.kind === 'single' ? singleChecksum : checksum };
}
