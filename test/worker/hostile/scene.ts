/** Alice, who has files; and Mallory, who has a token of her own. */
import assert from 'node:assert/strict';
import {
  isRefused,
  type Created,
  type Policy,
  type SignedRequest,
} from '../../../worker/protocol.ts';
import { MIB, startLab, tokenOf, type Client, type Lab } from '../harness.ts';
import { quickSum } from '../quick-sums.ts';
import type { Running } from '../s3/stores.ts';
import { download, random, receiptOf, send } from '../s3/uploads.ts';

export interface Scene {
  readonly lab: Lab;
  readonly running: Running;
  readonly mallory: Client;
  /** Her own, open, of two parts of which one is sent; and a signed URL for the other. */
  readonly open: Created;
  readonly openBody: Uint8Array;
  readonly partUrl: SignedRequest;
  /** Her own, complete; the form or URL that it was sent by, and a link to read it. */
  readonly done: Created;
  readonly doneBody: Uint8Array;
  readonly putUrl: SignedRequest;
  readonly link: string;
  /** What she knows of Alice's. */
  readonly hers: { readonly done: Known; readonly open: Known };
  /** Nothing of Alice's has changed, and what she has begun she can finish. */
  assertUnharmed(): Promise<void>;
  stop(): Promise<void>;
}

export interface Known {
  readonly id: string;
  readonly key: string;
}

export const MAX_BYTES = 20 * MIB;

/** @returns everything, just after Alice has uploaded one file and half of another. */
export async function setScene(running: Running): Promise<Scene> {
  const lab = await startLab(running, {
    COMPANION: 'on',
    RELAY: 'on',
    REMOVABLE: 'on',
    MAX_BYTES: String(MAX_BYTES),
    ACCEPT: 'image/*, application/octet-stream',
    ALLOWED_ORIGINS: 'https://app.example.com',
    METADATA: 'caption',
  });
  const alice = await lab.as('alice');
  const mallory = await lab.as('mallory');

  const secret = random(2000);
  const film = random(6 * MIB);
  const type = 'image/png';
  const { upload: herDone } = await alice.upload(secret, { type, name: 'secret.png' });
  const herOpen = await alice.create({ type, bytes: film.length, name: 'film.png' });
  const herParts = await alice.sendParts(herOpen, film, [1]);

  const openBody = random(6 * MIB);
  const open = await mallory.create({ type, bytes: openBody.length, name: 'open.png' });
  await mallory.sendParts(open, openBody, [1]);
  const partUrl = await signedPart(mallory, open, openBody, 2);
  const doneBody = random(2000);
  const done = await mallory.create({
    type,
    bytes: 2000,
    name: 'done.png',
    checksums: await firstSum(mallory, doneBody),
  });
  const putUrl = await signedPart(mallory, done, doneBody, 1);
  const stored = await send(putUrl, doneBody);
  assert.ok(stored.ok);
  const doneParts = [receiptOf(1, stored)];
  assert.equal((await mallory.complete(done, { parts: doneParts })).status, 200);
  const { body } = await mallory.get<{ url: string }>(`/uploads/${done.id}/file`, {
    accept: 'application/json',
  });

  return {
    lab,
    running,
    mallory,
    open,
    openBody,
    partUrl,
    done,
    doneBody,
    putUrl,
    link: body.url,
    hers: { done: herDone, open: herOpen },
    async assertUnharmed() {
      assert.deepEqual(await download(running, herDone.key), secret);
      const rest = await alice.sendParts(herOpen, film, [2]);
      const end = await alice.complete(herOpen, { parts: [...herParts, ...rest] });
      assert.equal(end.status, 200, JSON.stringify(end.body));
      assert.deepEqual(await download(running, herOpen.key), film);
      const { status } = await alice.get(`/uploads/${herDone.id}`);
      assert.equal(status, 200);
    },
    stop: () => lab.stop(),
  };
}

/** What a page sends along with the Create of a file that goes in one request. */
export async function firstSum(client: Client, body: Uint8Array): Promise<string[]> {
  const { body: policy } = await client.get<Policy>('/policy');
  const { singleChecksum } = policy;
  return singleChecksum === null ? [] : [quickSum(singleChecksum, body)];
}

export async function signedPart(
  client: Client,
  upload: Created,
  body: Uint8Array,
  number: number,
): Promise<SignedRequest> {
  const { body: answer } = await client.sign(upload, body, [number]);
  const [request] = answer.requests;
  assert.ok(request);
  return request;
}

/** A new upload of Mallory's own, to do something to. */
export async function fresh(
  { mallory }: Scene,
  bytes: number,
): Promise<{ upload: Created; body: Uint8Array }> {
  const upload = await mallory.create({ bytes, type: 'image/png', name: 'fresh.png' });
  return { upload, body: random(bytes) };
}

/** A signed URL with another path, or another query. */
export function bent(url: string, bend: (url: URL) => void): string {
  const other = new URL(url);
  bend(other);
  return other.href;
}

/** The URL of a signed request. Of a form it is the one that its signature could be put into. */
export function urlOf(scene: Scene, { url, fields }: SignedRequest): string {
  if (fields === undefined) return url;
  return bent(url, (to) => {
    to.pathname = pathOf(scene, fields['key'] ?? '');
    to.searchParams.set('X-Amz-Expires', '900');
    to.searchParams.set('X-Amz-SignedHeaders', 'host');
    for (const name of ['Algorithm', 'Credential', 'Date', 'Signature']) {
      to.searchParams.set(`X-Amz-${name}`, fields[`x-amz-${name.toLowerCase()}`] ?? '');
    }
  });
}

/** The path of another object at the same store. */
export function pathOf({ running }: Scene, key: string): string {
  const { pathname } = new URL(running.config.endpoint);
  const segments = [running.config.bucket, ...key.split('/')].map(encodeURIComponent);
  return `${pathname.replace(/\/$/, '')}/${segments.join('/')}`;
}

export { isRefused, tokenOf };
export { refused, refusedByStore } from './refusals.ts';
