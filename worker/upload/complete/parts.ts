/** The parts that an upload is completed with: all of its plan, each of its size. */
import type { Signer } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { partCount, partRange, type PartReceipt, type StoredPart } from '../../protocol.ts';
import { planOf, type Upload } from '../upload.ts';

/** Parts of an upload, and whether the store has listed them or the client reports them. */
export interface CompleteParts {
  readonly parts: readonly PartReceipt[];
  readonly listed: readonly StoredPart[];
}

/**
 * Every part of the plan, as the store lists it, or by receipts where it cannot.
 *
 * @param mustList a part that the client reports is no proof.
 */
export async function partsFor(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  said: readonly PartReceipt[],
  mustList = false,
): Promise<CompleteParts> {
  const { store, ledger } = signer;
  const only = mustList && store.profile.listParts ? undefined : onlyPart(signer, upload, said);
  if (only) return { parts: [only], listed: [] };
  if (!store.profile.listParts) {
    const parts = new Map<number, PartReceipt>();
    const complete = said.length === partCount(planOf(upload));
    for (const part of complete ? said : [...(await ledger.receipts(upload)), ...said]) {
      parts.set(part.number, part);
    }
    assertAll(upload, parts);
    return { parts: [...parts.values()], listed: [] };
  }
  const listed = await store.listParts(upload.key, uploadId);
  const parts = new Map(listed.filter((part) => fits(upload, part)).map((p) => [p.number, p]));
  assertAll(upload, parts);
  for (const { number, checksum } of said) {
    const stored = parts.get(number)?.checksum;
    if (checksum !== undefined && stored !== undefined && checksum !== stored) {
      throw new ProblemError(
        'checksum_mismatch',
        `The checksum of part ${number} differs from the one that was announced.`,
        {
          field: 'parts',
        },
      );
    }
  }
  const all = [...parts.values()];
  return { parts: all, listed: all };
}

/**
 * The one part that the page reports: the store holds it to its ETag, and its URL to the file's size,
 * so nothing has to be listed.
 */
function onlyPart(
  { store }: Signer,
  upload: Upload,
  said: readonly PartReceipt[],
): PartReceipt | undefined {
  const [part] = said;
  if (planOf(upload).kind !== 'single' || part?.number !== 1 || said.length > 1) return undefined;
  const checksum = upload.sum ?? part.checksum;
  const isMissing = upload.checksum !== null && store.profile.completeNeedsChecksums;
  if (checksum === undefined && isMissing) return undefined;
  return { number: 1, etag: part.etag, ...(checksum !== undefined && { checksum }) };
}

/** A part of another plan, or of an earlier attempt with another size, is as good as none. */
function fits(upload: Upload, part: StoredPart): boolean {
  const plan = planOf(upload);
  if (part.number > partCount(plan)) return false;
  const { start, end } = partRange(plan, part.number);
  return part.bytes === end - start;
}

function assertAll(upload: Upload, parts: ReadonlyMap<number, unknown>): void {
  const count = partCount(planOf(upload));
  const missing: number[] = [];
  for (let number = 1; number <= count && missing.length <= 10; number++) {
    if (!parts.has(number)) missing.push(number);
  }
  if (missing.length > 0) {
    const some = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', …' : '');
    throw new ProblemError('incomplete', `Parts are missing: ${some}.`, { field: 'parts' });
  }
}
