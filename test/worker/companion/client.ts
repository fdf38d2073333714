/** What a client of Companion's does, as Uppy does it. */
import assert from 'node:assert/strict';
import type { Profile } from '../../../worker/s3/profile.ts';
import type { Answer, Client } from '../harness.ts';

export interface Created {
  readonly key: string;
  readonly uploadId: string;
  readonly bucket: string;
}

export interface Form {
  readonly method: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expires: number;
}

export interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly Size?: number;
}

export const S3 = '/companion/s3';

/** Calls Companion's contract as somebody. */
export function uppy(client: Client) {
  return {
    create: (body: object) => client.post<Created>(`${S3}/multipart`, body),
    sign: (upload: Created, number: number | string) =>
      client.get<{ url: string; expires: number }>(of(upload, `/${number}`)),
    list: (upload: Created) => client.get<Part[]>(of(upload)),
    abort: (upload: Created) => client.delete(of(upload)),
    complete: (upload: Created, parts: unknown) =>
      client.post<{ location: string; key: string; bucket: string }>(of(upload, '/complete'), {
        parts,
      }),
    params: (query: Record<string, string>) =>
      client.get<Form>(`${S3}/params?${new URLSearchParams(query)}`),
    async send(upload: Created, number: number, body: Uint8Array): Promise<Part> {
      const { body: signed, status } = await this.sign(upload, number);
      assert.equal(status, 200, JSON.stringify(signed));
      const response = await fetch(signed.url, { method: 'PUT', body: new Uint8Array(body) });
      assert.equal(response.status, 200, await response.text());
      return { PartNumber: number, ETag: response.headers.get('etag') ?? '' };
    },
  };
}

/** Where a client looks for its upload. */
const of = ({ uploadId, key }: Created, rest = '') =>
  `${S3}/multipart/${encodeURIComponent(uploadId)}${rest}?${new URLSearchParams({ key })}`;

export async function post(
  { url, fields }: Form,
  body: Uint8Array,
  more: Record<string, string> = {},
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...more })) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(body)]));
  return fetch(url, { method: 'POST', body: form });
}

/** Whether forms are passed on by the Worker. */
export function comesToWorker({ postPolicy, formETags }: Profile): boolean {
  return !postPolicy || !formETags;
}

export function assertRefused(answer: Answer, words: string): void {
  assert.equal(answer.status, 400);
  assert.equal((answer.body as { error: string }).error, words);
  assert.equal((answer.body as { message: string }).message, words, 'what Uppy 5 shows');
}
