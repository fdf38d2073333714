/** Signs the parts of one upload. */
import { MAX_PART_NUMBER, type ChecksumAlgorithm } from '../../protocol.ts';
import { checksumHeader, checksumHeaderName } from '../checksums.ts';
import { copyGuard } from '../copy-guard.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Target } from '../endpoint.ts';
import { lengthValue } from './header.ts';
import { urlSigner, type UrlShape, type UrlSigner } from './presign.ts';
import type { Profile } from '../profile.ts';
import type { PartSigner } from '../types.ts';

/** Makes a signer for each lane, because a signature binds the host. Part n goes to lane n mod count. */
export async function partSigner(
  targets: readonly Target[],
  uploadId: string,
  algorithm: ChecksumAlgorithm | null,
  { credentials, expiresIn, now }: SigningKeys,
  region: string,
  profile: Profile,
): Promise<PartSigner> {
  const guard = copyGuard(profile);
  const checksumName = algorithm === null ? [] : [checksumHeaderName(algorithm, profile)];
  const signersOf = (headers: readonly string[]): Promise<UrlSigner[]> =>
    Promise.all(
      targets.map((target) => {
        const query = { uploadId, partNumber: null };
        const shape: UrlShape = { target, method: 'PUT', query, headers, expiresIn };
        return urlSigner(shape, credentials, region, now);
      }),
    );
  const sized = await signersOf(['content-length', ...checksumName, ...Object.keys(guard)]);
  let unsized: UrlSigner[] | undefined;

  return {
    expiresIn,
    async sign(number, bytes, checksum) {
      if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
        throw new RangeError(`a part number must be 1 to ${MAX_PART_NUMBER}, not ${number}`);
      }
      const isSized = bytes !== undefined;
      // Companion's clients send no headers with a part, so the guard cannot be used for them.
      const headers = { ...checksumHeader(algorithm, checksum, profile), ...(isSized && guard) };
      const values = Object.values(headers);
      const lane = number % targets.length;
      if (isSized) values.unshift(lengthValue(bytes));
      else unsized ??= await signersOf(checksumName);
      const url = await (isSized ? sized : unsized)?.[lane]?.(values, String(number));
      if (url === undefined) throw new RangeError(`lane ${lane} does not exist`);
      return { number, method: 'PUT', url, headers };
    },
  };
}
