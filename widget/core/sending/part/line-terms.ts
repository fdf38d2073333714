/** Terms by what the line carries between two drops. */
import type { Terms } from '../../upload/terms.ts';
import { termsFor } from './terms.ts';
import type { Upload } from '../../upload/upload.ts';
import type { PartsRound, SendingContext } from '../context.ts';

/** The parts of an upload are larger than what the line carries, and none is stored. */
export class PartsTooLarge extends Error {}

/** The terms of an upload that is created now; undefined if the policy's own suit the line. */
export function lineTerms(
  { file }: Upload,
  { services: { policy }, concurrency }: SendingContext,
): Terms | undefined {
  const { partBytes } = concurrency.drops;
  return policy && partBytes !== undefined ? termsFor(file, policy, partBytes) : undefined;
}

/**
 * Only an upload of which nothing is stored is divided anew: what the store holds is not sent again.
 *
 * @throws PartsTooLarge if parts of a new upload would be smaller.
 */
export function assertLineCarries({ upload, parts, context }: PartsRound): void {
  if (parts.storedBytes + parts.foundBytes > 0) return;
  const plan = lineTerms(upload, context)?.plan;
  if (plan?.kind === 'multipart' && plan.partBytes < parts.partBytes) throw new PartsTooLarge();
}
