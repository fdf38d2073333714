/** Lists the parts of a multipart upload. */
import type { StoredPart } from '../../protocol.ts';
import { CHECKSUM_NAMES } from '../checksums.ts';
import type { Call, Control } from './control.ts';
import { StoreError } from './errors.ts';
import { unquote } from '../etag.ts';
import { unreadable } from './faults.ts';
import type { Profile } from '../profile.ts';
import { readXml, type Xml } from './xml.ts';

/** Lists the stored parts of an upload, over all pages. */
export async function listParts(
  control: Control,
  profile: Profile,
  key: string,
  uploadId: string,
): Promise<StoredPart[]> {
  if (!profile.listParts) {
    throw new StoreError({ kind: 'unsupported', operation: 'ListParts', code: 'NotImplemented' });
  }
  const parts: StoredPart[] = [];
  let marker = 0;
  for (;;) {
    const page = await control(partsPage(key, uploadId, marker, 1000));
    parts.push(...page.parts);
    // A marker that is not a larger number would make this loop endless.
    if (page.next === undefined || !(page.next > marker)) return parts;
    marker = page.next;
  }
}

/** A page of ListParts. `next` is the marker of the next page, if there is one. */
export interface PartsPage {
  readonly parts: StoredPart[];
  readonly next: number | undefined;
}

/** One page of ListParts, after part number `marker`. */
export function partsPage(
  key: string,
  uploadId: string,
  marker: number,
  size: number,
): Call<PartsPage> {
  return {
    operation: 'ListParts',
    method: 'GET',
    key,
    query: {
      uploadId,
      'max-parts': String(size),
      ...(marker === 0 ? {} : { 'part-number-marker': String(marker) }),
    },
    idempotent: true,
    read: (answer) => {
      const result = readXml(answer.body ?? '');
      // moto names the root ListPartsResponse, which SDKs do not look at.
      const isList = result?.name === 'ListPartsResult' || result?.text('UploadId') === uploadId;
      if (result === undefined || !isList) return unreadable('ListParts');
      const more = result.text('IsTruncated') === 'true';
      const next = more ? Number(result.text('NextPartNumberMarker')) : undefined;
      return { result: { parts: readParts(result.all('Part')), next } };
    },
  };
}

/** Each part once: SeaweedFS lists one that was sent again as often as it was sent, in any order. */
function readParts(listed: readonly Xml[]): StoredPart[] {
  const newest = new Map<string | undefined, Xml>();
  for (const part of listed) {
    const number = part.text('PartNumber');
    const other = newest.get(number);
    if (other === undefined || timeOf(other) <= timeOf(part)) newest.set(number, part);
  }
  return [...newest.values()].map(readPart);
}

function timeOf(part: Xml): string {
  return part.text('LastModified') ?? '';
}

function readPart(part: Xml): StoredPart {
  const checksum = Object.values(CHECKSUM_NAMES)
    .map((name) => (name === null ? undefined : part.text(`Checksum${name}`)))
    .find((value) => value !== undefined);
  return {
    number: Number(part.text('PartNumber')),
    bytes: Number(part.text('Size')),
    etag: unquote(part.text('ETag') ?? ''),
    ...(checksum === undefined ? {} : { checksum }),
  };
}
