/** Which checksum of the whole file has to hold: the one announced at Create, or given with Complete. */
import { ProblemError } from '../../problem.ts';
import type { CompleteBody, WholeChecksum } from '../../protocol.ts';
import { isChecksum } from '../../protocol/checksum.ts';
import { malformedChecksum, wrongChecksum } from '../../refusals.ts';
import type { Upload } from '../upload.ts';

/**
 * The checksum that the whole file must have; undefined if none was announced or given.
 *
 * @param given a bare value is by the announced algorithm, otherwise by that of the parts.
 * @param field its place in the request.
 * @throws ProblemError `invalid_request` for a value that is missing or malformed or whose algorithm
 *   is unclear, `checksum_mismatch` for one that differs from the announced value.
 */
export function wantedChecksum(
  { announced, checksum }: Pick<Upload, 'announced' | 'checksum'>,
  given: CompleteBody['checksum'],
  field = 'checksum',
): WholeChecksum | undefined {
  if (given === undefined) return announced && announcedChecksum(announced, field);
  const { algorithm, value } =
    typeof given === 'string'
      ? { algorithm: announced?.algorithm ?? checksum, value: given }
      : given;
  if (algorithm === null) {
    const detail = 'Give the checksum as {"algorithm": …, "value": …}.';
    throw new ProblemError('invalid_request', detail, { field });
  }
  if (announced && announced.algorithm !== algorithm) {
    const detail = `The upload announced its ${announced.algorithm} and not its ${algorithm}.`;
    throw new ProblemError('invalid_request', detail, { field });
  }
  if (!isChecksum(algorithm, value)) throw malformedChecksum(algorithm, field);
  if (announced?.value !== undefined && announced.value !== value)
    throw wrongChecksum(algorithm, field);
  return { algorithm, value };
}

function announcedChecksum(
  { algorithm, value }: NonNullable<Upload['announced']>,
  field: string,
): WholeChecksum {
  if (value !== undefined) return { algorithm, value };
  const detail = `The upload announced its ${algorithm}: give the value.`;
  throw new ProblemError('invalid_request', detail, { field });
}
